import { Button, Stack, Textarea, TextInput } from "@mantine/core";
import type { DragEvent } from "react";

import { asIpcError, type FileSource } from "@/ipc";

import classes from "./screen.module.css";
import { sentence } from "./format";

/** What was given so far: a path, or a text. */
export type Given = { path: string; text: string };

export const NOTHING_GIVEN: Given = { path: "", text: "" };

/** What is read: the path where there is one. Pure. */
export function sourceOf({ path, text }: Given): FileSource | null {
  if (path.trim() !== "") return { path: path.trim() };
  return text.trim() === "" ? null : { text };
}

/** What is wrong with the path itself, as against with what the file holds. Pure. */
export function pathProblem(source: FileSource, error: unknown): string | undefined {
  if (!error || !("path" in source)) return undefined;
  const failure = asIpcError(error);
  return failure.code === "invalid_input" && failure.fields.length === 0
    ? sentence(failure.message)
    : undefined;
}

type Props = {
  given: Given;
  placeholder: string;
  pathPlaceholder: string;
  pathHint: string;
  problem: string | undefined;
  onChange: (given: Given) => void;
};

/** A file that lies on this machine, by its path; or its text: chosen, dropped or pasted. */
export function FileSourceFields({
  given,
  placeholder,
  pathPlaceholder,
  pathHint,
  problem,
  onChange,
}: Props) {
  const take = async (files: FileList | null) => {
    const file = files?.[0];
    if (file) onChange({ path: "", text: await file.text() });
  };
  return (
    <Stack gap="sm">
      <TextInput
        label="File on this machine"
        description={pathHint}
        placeholder={pathPlaceholder}
        classNames={{ input: classes.mono }}
        data-autofocus
        spellCheck={false}
        value={given.path}
        error={problem}
        onChange={(event) => onChange({ ...given, path: event.currentTarget.value })}
      />
      {given.path.trim() === "" && (
        <>
          <Textarea
            label="Or its text"
            aria-label="Content of the file"
            placeholder={placeholder}
            description="Drop a file here, or paste."
            classNames={{ input: classes.mono }}
            autosize
            minRows={6}
            maxRows={12}
            spellCheck={false}
            value={given.text}
            onChange={(event) => onChange({ ...given, text: event.currentTarget.value })}
            onDragOver={(event: DragEvent) => event.preventDefault()}
            onDrop={(event: DragEvent) => {
              event.preventDefault();
              void take(event.dataTransfer.files);
            }}
          />
          <Button size="compact-xs" variant="default" component="label" style={{ alignSelf: "flex-start" }}>
            Choose a file…
            <input
              type="file"
              accept=".yaml,.yml,.json"
              hidden
              onChange={(event) => void take(event.currentTarget.files)}
            />
          </Button>
        </>
      )}
    </Stack>
  );
}
