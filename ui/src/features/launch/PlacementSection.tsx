import { Group, Select, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { CodeField } from "@/shared/CodeField";

import { AddButton } from "./AddButton";
import { blankRows } from "./draft";
import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { PairRow } from "./PairRow";
import { RemoveButton } from "./RemoveButton";
import { rowControls } from "./rows";
import { Section, Wrong } from "./Section";
import { Notice, SuggestedInput } from "./SuggestedInput";
import { useSuggestions, valuesOf } from "./useSuggestions";

const effects = [
  { value: "", label: "any effect" },
  { value: "NoSchedule", label: "NoSchedule" },
  { value: "PreferNoSchedule", label: "PreferNoSchedule" },
  { value: "NoExecute", label: "NoExecute" },
];

/** On which nodes it may run. */
export function PlacementSection(section: SectionProps) {
  const { draft, place, change, problem, onLeave } = section;
  const labels = useSuggestions("node_labels", place);
  const taints = useSuggestions("taints", place);
  const [isOpen, setOpen] = useState(false);
  const mono = { input: classes.mono };
  const selector = rowControls("node_selector", draft.node_selector, section, (rows) =>
    change({ node_selector: rows }),
  );
  const tolerations = rowControls("tolerations", draft.tolerations, section, (rows) =>
    change({ tolerations: rows }),
  );
  return (
    <Section title="Where it runs">
      <Text size="xs" c="dimmed">
        Without labels the cluster chooses any node that has room.
      </Text>
      {draft.node_selector.map((row, index) => (
        <PairRow
          key={row.row}
          what={`node label ${index + 1}`}
          row={row}
          placeholders={{ name: "kubernetes.io/arch", value: "amd64" }}
          valueWidth={2}
          asked={labels}
          error={(side) => selector.problem(row, side)}
          onChange={(part) => selector.set(row, part)}
          onLeave={() => onLeave("node_selector")}
          onRemove={() => selector.remove(row)}
        />
      ))}
      <Wrong>{problem("node_selector")}</Wrong>
      {draft.node_selector.length > 0 && <Notice>{labels.notice}</Notice>}
      {draft.tolerations.map((row, index) => (
        <Group key={row.row} gap="xs" align="flex-start" wrap="nowrap">
          <SuggestedInput
            flex={2}
            aria-label={`Key of taint ${index + 1}`}
            placeholder="nvidia.com/gpu"
            classNames={mono}
            suggestions={taints.items.map(({ name, effect, note }) => ({
              name,
              note: [effect, note].filter(Boolean).join(" · "),
            }))}
            onAsk={taints.ask}
            value={row.key}
            error={tolerations.problem(row, "key")}
            onChange={(key) => tolerations.set(row, { key })}
            // A taint is chosen whole.
            onChoose={(key) => {
              const chosen = taints.items.find((item) => item.name === key);
              tolerations.set(row, { key, value: chosen?.values[0] ?? "", effect: chosen?.effect ?? "" });
            }}
            onBlur={() => tolerations.onLeave(row, "key")}
          />
          <SuggestedInput
            flex={1}
            aria-label={`Value of taint ${index + 1}`}
            placeholder="any value"
            classNames={mono}
            suggestions={valuesOf(taints.items, row.key)}
            onAsk={taints.ask}
            value={row.value}
            error={tolerations.problem(row, "value")}
            onChange={(value) => tolerations.set(row, { value })}
            onBlur={() => tolerations.onLeave(row, "value")}
          />
          <Select
            flex={1}
            aria-label={`Effect of taint ${index + 1}`}
            data={effects}
            allowDeselect={false}
            value={row.effect}
            error={tolerations.problem(row, "effect")}
            // How long to stay is said for this effect alone.
            onChange={(effect) =>
              tolerations.set(row, {
                effect: effect ?? "",
                ...(effect === "NoExecute" ? {} : { seconds: "" }),
              })
            }
          />
          {row.effect === "NoExecute" && (
            <TextInput
              w={92}
              aria-label={`Seconds to stay with taint ${index + 1}`}
              placeholder="for ever"
              inputMode="numeric"
              classNames={mono}
              rightSection={<span className={classes.unit}>s</span>}
              rightSectionPointerEvents="none"
              value={row.seconds}
              error={tolerations.problem(row, "seconds")}
              onChange={(event) => tolerations.set(row, { seconds: event.currentTarget.value })}
              onBlur={() => tolerations.onLeave(row, "seconds")}
            />
          )}
          <RemoveButton what={`taint ${index + 1}`} onClick={() => tolerations.remove(row)} />
        </Group>
      ))}
      {draft.tolerations.length > 0 && <Notice>{taints.notice}</Notice>}
      {(isOpen || draft.affinity !== "") && (
        <CodeField
          label="Affinity"
          description="Kubernetes' affinity object, as YAML or JSON: nodeAffinity, podAffinity, podAntiAffinity. A file can be dropped here."
          grammar="yaml"
          accept=".yaml,.yml,.json"
          value={draft.affinity}
          error={problem("affinity")}
          onChange={(affinity) => change({ affinity })}
          onLeave={() => onLeave("affinity")}
          onFile={(file) => void file.text().then((affinity) => change({ affinity }))}
        />
      )}
      <Group gap="xs">
        <AddButton onClick={() => selector.add({ ...blankRows.node_selector, row: 0 })}>
          Add node label
        </AddButton>
        <AddButton onClick={() => tolerations.add({ ...blankRows.tolerations, row: 0 })}>
          Put up with a taint
        </AddButton>
        {!isOpen && draft.affinity === "" && (
          <AddButton onClick={() => setOpen(true)}>Add affinity</AddButton>
        )}
      </Group>
    </Section>
  );
}
