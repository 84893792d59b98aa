import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useProject } from "@/features/projects";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { FileReport } from "@/shared/FileReport";
import { FileSourceFields, NOTHING_GIVEN, pathProblem, sourceOf } from "@/shared/FileSourceFields";
import { Loading } from "@/shared/Loading";

import { fileCheckOptions, useImportFile } from "./api";

/** Reads a function file in: what would become of each field is told before anything is saved. */
export function ImportDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [given, setGiven] = useState(NOTHING_GIVEN);
  const [settled] = useDebouncedValue(given, 250);
  const source = sourceOf(settled);
  const check = useQuery(fileCheckOptions(useProject(), source));
  const save = useImportFile();
  const report = source === null ? undefined : check.data;
  const isSound = given === settled && report?.problems.length === 0;
  const unread = source === null ? undefined : pathProblem(source, check.error);

  const close = () => {
    setGiven(NOTHING_GIVEN);
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
        <FileSourceFields
          given={given}
          placeholder={"kind: container\nname: hello\nspec:\n  image: busybox\n  command: echo hello"}
          pathPlaceholder="~/train/function.yaml"
          pathHint="Its whole path. Code that it names by a path is read beside it."
          problem={unread}
          onChange={setGiven}
        />
        {check.isError && source !== null && unread === undefined && (
          <ErrorPanel
            error={check.error}
            title="It could not be checked"
            isRetrying={check.isFetching}
            onRetry={() => void check.refetch()}
          />
        )}
        {check.isLoading && <Loading what="the file" rows={3} />}
        {report && !save.isSuccess && <FileReport report={report} />}
        {save.isError && <ErrorPanel error={save.error} />}
        {save.isSuccess && (
          <Text size="sm" role="status">
            Saved: {save.data.join(", ")}.
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {save.isSuccess ? "Close" : "Cancel"}
          </Button>
          <Button
            disabled={!isSound || save.isSuccess}
            loading={save.isPending}
            onClick={() => source && save.mutate(source)}
          >
            Save
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
