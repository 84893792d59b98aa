import {
  Alert,
  Badge,
  Button,
  Checkbox,
  Group,
  List,
  Modal,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { asIpcError, type ExportPlan, type Generation } from "@/ipc";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { sentence } from "@/shared/format";
import { Loading } from "@/shared/Loading";

import { exportPlanOptions, useExportProject } from "./api";
import classes from "./projects.module.css";

const generations: { value: Generation; label: string }[] = [
  { value: "current", label: "Berth, and DigitalHub 0.14 or later" },
  { value: "seed", label: "DigitalHub 0.7" },
];

/** Writes a project into a file or folder: what would be written is told before. */
export function ExportDialog({ project, onClose }: { project: string; onClose: () => void }) {
  const [path, setPath] = useState(`~/${project}.yaml`);
  const [generation, setGeneration] = useState<Generation>("current");
  const [overwrites, setOverwrites] = useState(false);
  const [settled] = useDebouncedValue(path, 250);
  const plan = useQuery(exportPlanOptions(project, settled, generation));
  const write = useExportProject(project);
  const failure = write.error ?? (settled.trim() === "" ? null : plan.error);
  const isPath = failure !== null && asIpcError(failure).code === "invalid_input";
  const isThere = plan.data?.files.some((file) => file.is_there) ?? false;
  const isReady = path === settled && plan.isSuccess && (!isThere || overwrites);
  const change = (typed: string) => {
    write.reset();
    setOverwrites(false);
    setPath(typed);
  };
  return (
    <Modal opened onClose={onClose} title={`Export ${project}`} size="lg" transitionProps={{ duration: 100 }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) write.mutate({ path, generation, overwrites });
        }}
      >
        <Stack gap="sm">
          <Text size="sm">
            Each function goes out in its latest version, with its saved tasks. One that says{" "}
            <code>embedded: true</code> is in the project&apos;s file; any other lies in a file of its own
            beside it.
          </Text>
          <TextInput
            label="File or folder"
            description={`Its whole path; a folder gets the file ${project}.yaml.`}
            data-autofocus
            spellCheck={false}
            value={path}
            error={isPath && sentence(asIpcError(failure).message)}
            onChange={(event) => change(event.currentTarget.value)}
          />
          <Select
            label="Written for"
            data={generations}
            value={generation}
            allowDeselect={false}
            onChange={(value) =>
              setGeneration(generations.find((known) => known.value === value)?.value ?? "current")
            }
          />
          {plan.isLoading && <Loading what="what will be written" rows={2} />}
          {plan.data && !write.isSuccess && <Plan plan={plan.data} title="What will be written" />}
          {isThere && !write.isSuccess && (
            <Checkbox
              label="Write over what is there"
              checked={overwrites}
              onChange={(event) => setOverwrites(event.currentTarget.checked)}
            />
          )}
          {failure !== null && !isPath && <ErrorPanel error={failure} title="It could not be written" />}
          {write.isSuccess && (
            <Alert color="green" variant="light" role="status" title="Written">
              <Plan plan={{ ...write.data, left_out: [] }} title={null} />
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {write.isSuccess ? "Close" : "Cancel"}
            </Button>
            <Button type="submit" disabled={!isReady || write.isSuccess} loading={write.isPending}>
              Export
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Plan({ plan, title }: { plan: ExportPlan; title: string | null }) {
  return (
    <section aria-label={title ?? "Files"}>
      {title && (
        <Title order={3} size="h6">
          {title}
        </Title>
      )}
      <List size="sm" className={classes.files}>
        {plan.files.map(({ path, is_there, functions }, index) => (
          <List.Item key={path}>
            <code>{path}</code>:{" "}
            <Text span inherit c="dimmed">
              {held(index === 0, functions)}
            </Text>{" "}
            {title && is_there && (
              <Badge variant="dot" color="yellow" size="sm" tt="none">
                there already
              </Badge>
            )}
          </List.Item>
        ))}
      </List>
      {plan.left_out.map((left) => (
        <Text key={left} size="sm" mt={6}>
          {left}
        </Text>
      ))}
    </section>
  );
}

/** What a file of an export holds. */
function held(isOwn: boolean, functions: readonly string[]): string {
  const names = functions.join(", ");
  if (!isOwn) return names;
  return functions.length === 0 ? "the project" : `the project, with ${names}`;
}
