import { ActionIcon, Button, Group, Select, Text, TextInput } from "@mantine/core";

import { Icon } from "@/shared/Icon";

import { typedTolerations, type EnvDraft, type TolerationDraft } from "./draft";
import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { PairRow } from "./PairRow";
import { Section } from "./Section";

const effects = [
  { value: "", label: "any effect" },
  { value: "NoSchedule", label: "NoSchedule" },
  { value: "PreferNoSchedule", label: "PreferNoSchedule" },
  { value: "NoExecute", label: "NoExecute" },
];

/** The next key of a list of rows. */
function nextKey(rows: readonly { key: number }[]): number {
  return 1 + Math.max(0, ...rows.map((row) => row.key));
}

/** On which nodes it may run. */
export function PlacementSection({ draft, change, problem, onLeave }: SectionProps) {
  const mono = { input: classes.mono };
  const setLabel = (key: number, part: Partial<EnvDraft>) =>
    change({ nodeSelector: draft.nodeSelector.map((row) => (row.key === key ? { ...row, ...part } : row)) });
  const setTaint = (key: number, part: Partial<TolerationDraft>) =>
    change({ tolerations: draft.tolerations.map((row) => (row.key === key ? { ...row, ...part } : row)) });
  const typed = typedTolerations(draft.tolerations);
  return (
    <Section title="Where it runs">
      <Text size="xs" c="dimmed">
        Without labels the cluster chooses any node that has room.
      </Text>
      {draft.nodeSelector.map((row, index) => (
        <PairRow
          key={row.key}
          what={`node label ${index + 1}`}
          row={row}
          placeholders={{ name: "kubernetes.io/arch", value: "amd64" }}
          valueWidth={2}
          onChange={(part) => setLabel(row.key, part)}
          onLeave={() => onLeave("nodeSelector")}
          onRemove={() => change({ nodeSelector: draft.nodeSelector.filter((other) => other !== row) })}
        />
      ))}
      {problem("nodeSelector") && (
        <Text size="xs" c="red">
          {problem("nodeSelector")}
        </Text>
      )}
      {draft.tolerations.map((row, index) => {
        const position = typed.indexOf(row);
        return (
          <Group key={row.key} gap="xs" align="flex-start" wrap="nowrap">
            <TextInput
              flex={2}
              aria-label={`Key of taint ${index + 1}`}
              placeholder="nvidia.com/gpu"
              classNames={mono}
              spellCheck={false}
              value={row.name}
              error={position < 0 ? undefined : problem(`tolerations.${position}`)}
              onChange={(event) => setTaint(row.key, { name: event.currentTarget.value })}
              onBlur={() => onLeave(`tolerations.${position}`)}
            />
            <TextInput
              flex={1}
              aria-label={`Value of taint ${index + 1}`}
              placeholder="any value"
              classNames={mono}
              spellCheck={false}
              value={row.value}
              onChange={(event) => setTaint(row.key, { value: event.currentTarget.value })}
              onBlur={() => onLeave(`tolerations.${position}`)}
            />
            <Select
              flex={1}
              aria-label={`Effect of taint ${index + 1}`}
              data={effects}
              allowDeselect={false}
              value={row.effect}
              onChange={(effect) => setTaint(row.key, { effect: effect ?? "" })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              mt={4}
              aria-label={`Remove taint ${index + 1}`}
              onClick={() => change({ tolerations: draft.tolerations.filter((other) => other !== row) })}
            >
              <Icon name="close" size={14} />
            </ActionIcon>
          </Group>
        );
      })}
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="plus" size={12} />}
          onClick={() =>
            change({
              nodeSelector: [
                ...draft.nodeSelector,
                { key: nextKey(draft.nodeSelector), name: "", value: "" },
              ],
            })
          }
        >
          Add node label
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="plus" size={12} />}
          onClick={() =>
            change({
              tolerations: [
                ...draft.tolerations,
                { key: nextKey(draft.tolerations), name: "", value: "", effect: "" },
              ],
            })
          }
        >
          Put up with a taint
        </Button>
      </Group>
    </Section>
  );
}
