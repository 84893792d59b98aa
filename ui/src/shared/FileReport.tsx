import { Alert, List, Stack, Text, Title } from "@mantine/core";

import type { FileReport as Report, FoundFunction, ImportNote, NoteKind } from "@/ipc";

import classes from "./fileReport.module.css";
import { plural, sentence } from "./format";

const kinds: Record<NoteKind, string> = {
  rewritten: "Rewritten",
  kept: "Kept as unknown",
  refused: "Refused",
};

/** What a file would come to, field by field, before anything of it is saved. */
export function FileReport({ report }: { report: Report }) {
  const { problems, functions } = report;
  const { notes } = report.report;
  const ofKind = (kind: NoteKind) => notes.filter((note) => note.kind === kind);
  return (
    <Stack gap="sm">
      {problems.length > 0 && (
        <Alert color="red" role="alert" title={`${kinds.refused}: it cannot be saved as it is`}>
          <Fields fields={problems} />
        </Alert>
      )}
      {functions.length > 0 && (
        <section aria-label="What would be saved">
          <Title order={3} size="h6">
            What would be saved
          </Title>
          <List size="sm">
            {functions.map((each, index) => (
              <List.Item key={`${index} ${each.name}`}>
                <code>{each.name}</code> {outcome(each)}
              </List.Item>
            ))}
          </List>
        </section>
      )}
      {(["rewritten", "kept", "refused"] as const).map((kind) => {
        const found = ofKind(kind);
        return (
          found.length > 0 && (
            <section key={kind} aria-label={kinds[kind]}>
              <Title order={3} size="h6">
                {kinds[kind]}: {plural(found.length, "field")}
                {kind === "refused" && ", left out"}
              </Title>
              <Fields fields={found} />
            </section>
          )
        );
      })}
      {problems.length === 0 && (
        <Text size="sm" role="status">
          {notes.length === 0
            ? "Nothing is wrong with it, and every field is taken as it stands."
            : "Nothing is wrong with it. Nothing is saved yet."}
        </Text>
      )}
    </Stack>
  );
}

function outcome({ version, is_known, tasks }: FoundFunction): string {
  const what = is_known
    ? `as version ${version}, which says the same`
    : version === 1
      ? "as a new function"
      : `as version ${version}`;
  return tasks.length === 0 ? what : `${what}, with defaults for ${tasks.join(", ")}`;
}

function Fields({ fields }: { fields: readonly Pick<ImportNote, "path" | "message">[] }) {
  return (
    <List size="sm" className={classes.fields}>
      {fields.map((field, index) => (
        <List.Item key={`${index} ${field.path}`}>
          {field.path && (
            <>
              <code>{field.path}</code>:{" "}
            </>
          )}
          {sentence(field.message)}
        </List.Item>
      ))}
    </List>
  );
}
