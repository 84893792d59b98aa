import { Select, SimpleGrid, TextInput } from "@mantine/core";

import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { Section } from "./Section";

const fields = [
  {
    name: "backoffLimit",
    label: "Retries",
    placeholder: "0",
    unit: "times",
    help: "A failed attempt is tried again so often.",
  },
  {
    name: "deadline",
    label: "Time limit",
    placeholder: "none",
    unit: "s",
    help: "Of one attempt; then it is ended.",
  },
  {
    name: "ttl",
    label: "Kept in the cluster",
    placeholder: "86400",
    unit: "s",
    help: "After the end. The history keeps everything.",
  },
] as const;

const levels = [
  { value: "", label: "As the namespace asks" },
  { value: "baseline", label: "Baseline: the image's own user" },
  { value: "restricted", label: "Restricted: user 1000, no capabilities" },
];

const policies = [
  { value: "", label: "As the cluster does" },
  { value: "Always", label: "Always" },
  { value: "IfNotPresent", label: "If it is not there" },
  { value: "Never", label: "Never" },
];

/** How often, how long, with which rights. */
export function LimitsSection({ draft, change, problem, onLeave }: SectionProps) {
  return (
    <Section title="Retries and limits">
      <SimpleGrid cols={3} spacing="sm">
        {fields.map(({ name, label, placeholder, unit, help }) => (
          <TextInput
            key={name}
            label={label}
            description={help}
            placeholder={placeholder}
            inputMode="numeric"
            classNames={{ input: classes.mono }}
            rightSection={<span className={classes.unit}>{unit}</span>}
            rightSectionWidth={48}
            rightSectionPointerEvents="none"
            spellCheck={false}
            value={draft[name]}
            error={problem(name)}
            onChange={(event) => change({ [name]: event.currentTarget.value })}
            onBlur={() => onLeave(name)}
          />
        ))}
      </SimpleGrid>
      <SimpleGrid cols={2} spacing="sm">
        <Select
          label="Security level"
          data={levels}
          allowDeselect={false}
          value={draft.security}
          error={problem("security")}
          onChange={(security) => change({ security: security ?? "" })}
        />
        <Select
          label="Pull the image"
          data={policies}
          allowDeselect={false}
          value={draft.pullPolicy}
          error={problem("pullPolicy")}
          onChange={(pullPolicy) => change({ pullPolicy: pullPolicy ?? "" })}
        />
      </SimpleGrid>
    </Section>
  );
}
