import { Button, Select, SimpleGrid, TagsInput } from "@mantine/core";
import { useState } from "react";

import { CodeField } from "@/shared/CodeField";

import { AskedField, TypedField } from "./fields";
import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import type { Field } from "./problems";
import { Section } from "./Section";
import { Notice } from "./SuggestedInput";
import { useSuggestions } from "./useSuggestions";

const levels = [
  { value: "", label: "Whatever the namespace requires" },
  { value: "baseline", label: "Baseline: the image's own user" },
  { value: "restricted", label: "Restricted: user 1000, no capabilities" },
];

const policies = [
  { value: "", label: "When the cluster sees fit" },
  { value: "Always", label: "Always" },
  { value: "IfNotPresent", label: "If the node lacks it" },
  { value: "Never", label: "Never" },
];

/** What is seldom said. */
export const advancedFields = [
  "security",
  "run_as_user",
  "run_as_group",
  "fs_group",
  "service_account",
  "priority_class",
  "runtime_class",
  "pull_policy",
  "image_pull_secrets",
  "pod_patch",
] as const satisfies readonly Field[];

/** What is seldom said, folded until something of it is said or wrong. */
export function AdvancedSection(section: SectionProps) {
  const { draft, problem } = section;
  const [isOpen, setOpen] = useState(false);
  const isSaid = advancedFields.some((field) => draft[field].length > 0 || problem(field) !== undefined);
  return (
    <Section title="Advanced">
      {!isSaid && (
        <div>
          <Button size="compact-sm" variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? "Fold" : "Rights, users, classes, pulling, patch…"}
          </Button>
        </div>
      )}
      {(isOpen || isSaid) && <Fields {...section} />}
    </Section>
  );
}

function Fields(section: SectionProps) {
  const { draft, place, change, problem, onLeave } = section;
  const secrets = useSuggestions("secrets", place);
  // What builds has a user and rights of its own.
  const isBuild = draft.action === "build";
  return (
    <>
      <SimpleGrid cols={2} spacing="sm" verticalSpacing="sm">
        {!isBuild && (
          <Select
            label="Security level"
            data={levels}
            allowDeselect={false}
            value={draft.security}
            error={problem("security")}
            onChange={(security) => change({ security: security ?? "" })}
          />
        )}
        <AskedField
          section={section}
          name="service_account"
          label="Service account"
          placeholder="none: no rights in the cluster"
          kind="service_accounts"
        />
      </SimpleGrid>
      {!isBuild && (
        <SimpleGrid cols={3} spacing="sm">
          <TypedField
            section={section}
            name="run_as_user"
            label="User"
            placeholder="the image's"
            inputMode="numeric"
          />
          <TypedField
            section={section}
            name="run_as_group"
            label="Group"
            placeholder="the image's"
            inputMode="numeric"
          />
          <TypedField
            section={section}
            name="fs_group"
            label="Group of volumes"
            placeholder="not changed"
            inputMode="numeric"
          />
        </SimpleGrid>
      )}
      <SimpleGrid cols={2} spacing="sm" verticalSpacing="sm">
        <AskedField
          section={section}
          name="priority_class"
          label="Priority class"
          placeholder="the cluster's default"
          kind="priority_classes"
        />
        <AskedField
          section={section}
          name="runtime_class"
          label="Runtime class"
          placeholder="the cluster's default"
          kind="runtime_classes"
        />
        <Select
          label="Pull the image"
          data={policies}
          allowDeselect={false}
          value={draft.pull_policy}
          error={problem("pull_policy")}
          onChange={(pull_policy) => change({ pull_policy: pull_policy ?? "" })}
        />
        <div>
          <TagsInput
            label="Pulled with"
            placeholder={draft.image_pull_secrets.length === 0 ? "secrets of the namespace" : ""}
            classNames={{ input: classes.mono }}
            spellCheck={false}
            data={secrets.items.map(({ name }) => name)}
            splitChars={[",", " "]}
            acceptValueOnBlur
            value={draft.image_pull_secrets}
            error={problem("image_pull_secrets")}
            onFocus={secrets.ask}
            onChange={(image_pull_secrets) => change({ image_pull_secrets })}
            onBlur={() => onLeave("image_pull_secrets")}
          />
          <Notice>{secrets.notice}</Notice>
        </div>
      </SimpleGrid>
      <CodeField
        label="Patch of the pod's template"
        description="Merged into it in the end, for what no other field says, as YAML or JSON. Check asks the cluster about it."
        grammar="yaml"
        accept=".yaml,.yml,.json"
        value={draft.pod_patch}
        error={problem("pod_patch")}
        onChange={(pod_patch) => change({ pod_patch })}
        onLeave={() => onLeave("pod_patch")}
        onFile={(file) => void file.text().then((pod_patch) => change({ pod_patch }))}
      />
    </>
  );
}
