import { Button, Group, Text, Textarea } from "@mantine/core";
import { useState } from "react";

import { Icon } from "@/shared/Icon";

import { parseDotenv, type RefusedLine } from "./dotenv";
import { typedRows, type EnvDraft } from "./draft";
import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { PairRow } from "./PairRow";
import type { Field } from "./problems";
import { Section } from "./Section";

/** Environment variables, in order. */
export function EnvironmentSection({ draft, change, problem, onLeave }: SectionProps) {
  const typed = typedRows(draft.envs);
  const [isPasting, setPasting] = useState(false);
  const [pasted, setPasted] = useState("");
  const [refused, setRefused] = useState<readonly RefusedLine[]>([]);
  const set = (key: number, part: Partial<EnvDraft>) =>
    change({ envs: draft.envs.map((row) => (row.key === key ? { ...row, ...part } : row)) });
  const add = () =>
    change({
      envs: [
        ...draft.envs,
        { key: 1 + Math.max(0, ...draft.envs.map((row) => row.key)), name: "", value: "" },
      ],
    });
  const take = () => {
    const read = parseDotenv(pasted);
    const names = new Set(read.rows.map((row) => row.name));
    const first = 1 + Math.max(0, ...draft.envs.map((row) => row.key));
    change({
      envs: [
        ...draft.envs.filter((row) => !names.has(row.name) && (row.name !== "" || row.value !== "")),
        ...read.rows.map((row, index) => ({ key: first + index, ...row })),
      ],
    });
    setRefused(read.refused.map((line, index) => ({ ...line, number: index + 1 })));
    setPasted(read.refused.map((line) => line.text).join("\n"));
    if (read.refused.length === 0) setPasting(false);
  };
  return (
    <Section title="Environment">
      {draft.envs.map((row, index) => {
        // Problems count the rows that were typed in; a blank one has none.
        const position = typed.indexOf(row);
        const field = (side: "name" | "value"): Field => `envs.${position}.${side}`;
        const error = (side: "name" | "value") => (position < 0 ? undefined : problem(field(side)));
        return (
          <PairRow
            key={row.key}
            what={`variable ${index + 1}`}
            row={row}
            placeholders={{ name: "NAME", value: "value" }}
            valueWidth={3}
            error={error}
            onChange={(part) => set(row.key, part)}
            onLeave={(side) => onLeave(field(side))}
            onRemove={() => change({ envs: draft.envs.filter((other) => other.key !== row.key) })}
          />
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
        <Button
          size="compact-sm"
          variant="default"
          aria-expanded={isPasting}
          onClick={() => setPasting(!isPasting)}
        >
          Paste .env
        </Button>
      </Group>
      {isPasting && (
        <Textarea
          label="Lines of a .env file"
          description="NAME=value, one a line; they become rows, and replace rows of the same name."
          classNames={{ input: classes.mono }}
          spellCheck={false}
          autosize
          minRows={3}
          maxRows={10}
          data-autofocus
          value={pasted}
          error={
            refused.length > 0 &&
            `Not a variable, and left here: line ${refused.map((line) => line.number).join(", ")}.`
          }
          onChange={(event) => setPasted(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
              event.stopPropagation();
              take();
            }
          }}
        />
      )}
      {isPasting && (
        <Group>
          <Button size="compact-sm" onClick={take} disabled={pasted.trim() === ""}>
            Take over
          </Button>
        </Group>
      )}
    </Section>
  );
}
