import { Alert, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { asIpcError, type ImportedProject, type ProjectView } from "@/ipc";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { FileReport } from "@/shared/FileReport";
import { FileSourceFields, NOTHING_GIVEN, pathProblem, sourceOf } from "@/shared/FileSourceFields";
import { Loading } from "@/shared/Loading";

import { projectCheckOptions, useImportProject, useProject } from "./api";

type Props = { onProject: (project: ProjectView) => void; onClose: () => void };

/** Reads a project in: what would become of each field is told before anything is saved. */
export function ImportProjectDialog({ onProject, onClose }: Props) {
  const shown = useProject();
  const [given, setGiven] = useState({ ...NOTHING_GIVEN, into: "" });
  const [settled] = useDebouncedValue(given, 250);
  const source = sourceOf(settled);
  const into = settled.into.trim() === "" ? null : settled.into.trim();
  const check = useQuery(projectCheckOptions(shown, into, source));
  const save = useImportProject(shown);
  const report = source === null ? undefined : check.data;
  const isSound = given === settled && report?.file.problems.length === 0;
  const failure = source === null || !check.error ? null : asIpcError(check.error);
  const isName = failure !== null && into !== null && failure.message.includes(`"${into}"`);
  const unread = source === null || isName ? undefined : pathProblem(source, check.error);
  return (
    <Modal opened onClose={onClose} title="Import a project" size="lg" transitionProps={{ duration: 100 }}>
      <Stack gap="sm">
        <Text size="sm">
          The file of a project, of Berth or of either generation of DigitalHub, YAML or JSON; or of functions
          with their tasks.
        </Text>
        <FileSourceFields
          given={given}
          placeholder={"kind: project\nname: churn\nspec:\n  functions: []"}
          pathPlaceholder="~/churn.yaml"
          pathHint="Its whole path, or its folder's. Files that it names functions by are found beside it."
          problem={unread}
          onChange={(source) => setGiven({ ...given, ...source })}
        />
        <TextInput
          label="Into the project"
          description="Empty: the one that the file names; where it names none, the one that is shown."
          placeholder={report?.project ?? ""}
          spellCheck={false}
          value={given.into}
          error={isName && failure.message}
          onChange={(event) => setGiven({ ...given, into: event.currentTarget.value })}
        />
        {failure !== null && unread === undefined && !isName && (
          <ErrorPanel
            error={failure}
            title="It could not be checked"
            isRetrying={check.isFetching}
            onRetry={() => void check.refetch()}
          />
        )}
        {check.isLoading && <Loading what="the file" rows={3} />}
        {report && !save.isSuccess && (
          <>
            {report.file.problems.length === 0 && (
              <Text size="sm">
                Project <code>{report.project}</code>
                {report.is_new ? " will be made." : " is there already: what it has stays."}
              </Text>
            )}
            <FileReport report={report.file} />
          </>
        )}
        {save.isError && <ErrorPanel error={save.error} />}
        {save.isSuccess && (
          <Alert color="green" variant="light" role="status">
            {told(save.data)}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {save.isSuccess ? "Close" : "Cancel"}
          </Button>
          {save.isSuccess ? (
            save.data.project.name !== shown && (
              <Button
                onClick={() => {
                  onProject(save.data.project);
                  onClose();
                }}
              >
                Switch to {save.data.project.name}
              </Button>
            )
          ) : (
            <Button
              disabled={!isSound}
              loading={save.isPending}
              onClick={() => source && save.mutate({ source, into })}
            >
              Import
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

/** What an import came to, in the words of `berth project import`. */
function told({ project, is_new, functions }: ImportedProject): string {
  const what = functions.length === 0 ? "no function saved" : `saved: ${functions.join(", ")}`;
  return `Project ${project.name} ${is_new ? "made" : "was there already"}; ${what}.`;
}
