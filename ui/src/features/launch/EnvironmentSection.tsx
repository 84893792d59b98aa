import { Button, Group, Select, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import { AddButton } from "./AddButton";
import { parseDotenv, type RefusedLine } from "./dotenv";
import { blankRows, nextRow } from "./draft";
import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { PairRow } from "./PairRow";
import { RemoveButton } from "./RemoveButton";
import { rowControls } from "./rows";
import { Section, Wrong } from "./Section";
import { Notice, SuggestedInput } from "./SuggestedInput";
import { useSuggestions, valuesOf } from "./useSuggestions";

/** Environment variables, in order; those that are typed, then those that lie in objects of the namespace. */
export function EnvironmentSection(section: SectionProps) {
  const { draft, change, problem } = section;
  const envs = rowControls("envs", draft.envs, section, (rows) => change({ envs: rows }));
  const [isPasting, setPasting] = useState(false);
  const [pasted, setPasted] = useState("");
  const [refused, setRefused] = useState<readonly RefusedLine[]>([]);
  const take = () => {
    const read = parseDotenv(pasted);
    const names = new Set(read.rows.map((row) => row.name));
    const first = nextRow(draft.envs);
    change({
      envs: [
        ...draft.envs.filter((row) => !names.has(row.name) && (row.name !== "" || row.value !== "")),
        ...read.rows.map((row, index) => ({ row: first + index, ...row })),
      ],
    });
    setRefused(read.refused.map((line, index) => ({ ...line, number: index + 1 })));
    setPasted(read.refused.map((line) => line.text).join("\n"));
    if (read.refused.length === 0) setPasting(false);
  };
  return (
    <Section title="Environment">
      {draft.envs.map((row, index) => (
        <PairRow
          key={row.row}
          what={`variable ${index + 1}`}
          row={row}
          placeholders={{ name: "NAME", value: "value" }}
          valueWidth={3}
          error={(side) => envs.problem(row, side)}
          onChange={(part) => envs.set(row, part)}
          onLeave={(side) => envs.onLeave(row, side)}
          onRemove={() => envs.remove(row)}
        />
      ))}
      <Wrong>{problem("envs")}</Wrong>
      <FromObjects {...section} />
      <Group>
        <AddButton onClick={() => envs.add({ ...blankRows.envs, row: 0 })}>Add variable</AddButton>
        <AddButton
          onClick={() =>
            change({
              env_from: [...draft.env_from, { ...blankRows.env_from, row: nextRow(draft.env_from) }],
            })
          }
        >
          Add variable from the namespace
        </AddButton>
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
          description="One NAME=value per line. Each becomes a variable and replaces one of the same name."
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
            Add to the variables
          </Button>
        </Group>
      )}
    </Section>
  );
}

const kinds = [
  { value: "secret", label: "secret" },
  { value: "config_map", label: "config map" },
];

/** Variables whose values are keys of secrets and configuration objects of the namespace. */
function FromObjects(section: SectionProps) {
  const { draft, change, place } = section;
  const rows = rowControls("env_from", draft.env_from, section, (env_from) => change({ env_from }));
  const secrets = useSuggestions("secrets", place);
  const configs = useSuggestions("config_maps", place);
  const mono = { input: classes.mono };
  return (
    <>
      {draft.env_from.map((row, index) => {
        const what = `namespace variable ${index + 1}`;
        const objects = row.kind === "secret" ? secrets : configs;
        const shared = (field: "name" | "object" | "key") => ({
          flex: 2,
          classNames: mono,
          value: row[field],
          error: rows.problem(row, field),
          onChange: (text: string) => rows.set(row, { [field]: text }),
          onBlur: () => rows.onLeave(row, field),
        });
        return (
          <div key={row.row}>
            <Group gap="xs" align="flex-start" wrap="nowrap">
              <TextInput
                {...shared("name")}
                aria-label={`Name of ${what}`}
                placeholder="NAME"
                spellCheck={false}
                onChange={(event) => rows.set(row, { name: event.currentTarget.value })}
              />
              <Select
                w={116}
                aria-label={`Kind of object of ${what}`}
                data={kinds}
                allowDeselect={false}
                value={row.kind}
                onChange={(kind) => rows.set(row, { kind: kind ?? "secret", object: "", key: "" })}
              />
              <SuggestedInput
                {...shared("object")}
                aria-label={`Object of ${what}`}
                placeholder="object"
                suggestions={objects.items}
                onAsk={objects.ask}
              />
              <SuggestedInput
                {...shared("key")}
                aria-label={`Key of ${what}`}
                placeholder={row.name.trim() === "" ? "key" : row.name.trim()}
                suggestions={valuesOf(objects.items, row.object)}
                onAsk={objects.ask}
              />
              <RemoveButton what={what} onClick={() => rows.remove(row)} />
            </Group>
            <Notice>{objects.notice}</Notice>
          </div>
        );
      })}
    </>
  );
}
