import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState, type DragEvent } from "react";

import { useProject } from "@/features/projects";
import { ErrorPanel } from "@/shared/ErrorPanel";

import { fileCheckOptions, useImportFile } from "./api";
import { FileReport } from "./FileReport";
import classes from "./functions.module.css";

/** Reads a function file in: what would become of each field is told before anything is saved. */
export function ImportDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [text, setText] = useState("");
  const [settled] = useDebouncedValue(text, 250);
  const check = useQuery(fileCheckOptions(useProject(), settled));
  const save = useImportFile();
  const report = settled.trim() === "" ? undefined : check.data;
  const isSound = text === settled && report?.problems.length === 0;

  const take = async (files: FileList | null) => {
    const file = files?.[0];
    if (file) setText(await file.text());
  };
  const close = () => {
    setText("");
    save.reset();
    onClose();
  };

  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title="Functions from a file"
      size="lg"
      transitionProps={{ duration: 100 }}
    >
      <Stack>
        <Text size="sm">
          YAML or JSON, of DigitalHub or written by hand: functions of kind <code>container</code>, each with
          the tasks that follow it.
        </Text>
        <Textarea
          aria-label="Content of the file"
          placeholder={"kind: container\nname: hello\nspec:\n  image: busybox\n  command: echo hello"}
          description="Drop a file here, or paste its text."
          classNames={{ input: classes.mono }}
          autosize
          minRows={8}
          maxRows={14}
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onDragOver={(event: DragEvent) => event.preventDefault()}
          onDrop={(event: DragEvent) => {
            event.preventDefault();
            void take(event.dataTransfer.files);
          }}
        />
        {check.isError && settled.trim() !== "" && (
          <ErrorPanel
            error={check.error}
            title="It could not be checked"
            isRetrying={check.isFetching}
            onRetry={() => void check.refetch()}
          />
        )}
        {report && !save.isSuccess && <FileReport report={report} />}
        {save.isError && <ErrorPanel error={save.error} />}
        {save.isSuccess && (
          <Text size="sm" role="status">
            Saved: {save.data.join(", ")}.
          </Text>
        )}
        <Group justify="space-between">
          <Button size="sm" variant="default" component="label">
            Choose a file…
            <input
              type="file"
              accept=".yaml,.yml,.json"
              hidden
              onChange={(event) => void take(event.currentTarget.files)}
            />
          </Button>
          <Group gap="xs">
            <Button variant="default" onClick={close}>
              {save.isSuccess ? "Close" : "Cancel"}
            </Button>
            <Button disabled={!isSound} loading={save.isPending} onClick={() => save.mutate(text)}>
              Save
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}
