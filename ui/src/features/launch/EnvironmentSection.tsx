import { ActionIcon, Button, Group, Text, TextInput } from "@mantine/core";

import { Icon } from "@/shared/Icon";

import { typedRows, type EnvDraft } from "./draft";
import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import type { Field } from "./problems";
import { Section } from "./Section";

/** Environment variables, in order. */
export function EnvironmentSection({ draft, change, problem, onLeave }: SectionProps) {
  const typed = typedRows(draft.envs);
  const set = (key: number, part: Partial<EnvDraft>) =>
    change({ envs: draft.envs.map((row) => (row.key === key ? { ...row, ...part } : row)) });
  const add = () =>
    change({
      envs: [
        ...draft.envs,
        { key: 1 + Math.max(0, ...draft.envs.map((row) => row.key)), name: "", value: "" },
      ],
    });
  return (
    <Section title="Environment">
      {draft.envs.map((row, index) => {
        // Problems count the rows that were typed in; a blank one has none.
        const position = typed.indexOf(row);
        const field = (side: "name" | "value"): Field => `envs.${position}.${side}`;
        const error = (side: "name" | "value") => (position < 0 ? undefined : problem(field(side)));
        return (
          <Group key={row.key} gap="xs" align="flex-start" wrap="nowrap">
            <TextInput
              flex={2}
              aria-label={`Name of variable ${index + 1}`}
              placeholder="NAME"
              classNames={{ input: classes.mono }}
              spellCheck={false}
              value={row.name}
              error={error("name")}
              onChange={(event) => set(row.key, { name: event.currentTarget.value })}
              onBlur={() => onLeave(field("name"))}
            />
            <TextInput
              flex={3}
              aria-label={`Value of variable ${index + 1}`}
              placeholder="value"
              classNames={{ input: classes.mono }}
              spellCheck={false}
              value={row.value}
              error={error("value")}
              onChange={(event) => set(row.key, { value: event.currentTarget.value })}
              onBlur={() => onLeave(field("value"))}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              mt={4}
              aria-label={`Remove variable ${index + 1}`}
              onClick={() => change({ envs: draft.envs.filter((other) => other.key !== row.key) })}
            >
              <Icon name="close" size={14} />
            </ActionIcon>
          </Group>
        );
      })}
      {problem("envs") && (
        <Text size="xs" c="red">
          {problem("envs")}
        </Text>
      )}
      <Group>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="plus" size={12} />}
          onClick={add}
        >
          Add variable
        </Button>
      </Group>
    </Section>
  );
}
