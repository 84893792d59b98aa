import { Badge, Button, Group, Table, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { RegistryDialog } from "@/features/builds";
import { asIpcError, type ProjectView } from "@/ipc";
import { ConfirmDialog } from "@/shared/ConfirmDialog";
import { Loaded } from "@/shared/Loaded";

import {
  projectListOptions,
  useCreateProject,
  useDeleteProject,
  useDescribeProject,
  useProject,
} from "./api";
import { DEFAULT_PROJECT } from "./chosen";
import { ExportDialog } from "./ExportDialog";
import { ImportProjectDialog } from "./ImportProjectDialog";
import classes from "./projects.module.css";

type Switch = { onProject: (project: ProjectView) => void };

/** All projects: what each is for, which is shown, and what can be done with it; new ones, made or read in. */
export function ProjectSettings({ onProject }: Switch) {
  const query = useQuery(projectListOptions());
  return (
    <>
      <Loaded query={query} what="projects" rows={1}>
        {(projects) => (
          <div className={classes.scroll}>
            <Table verticalSpacing={6} miw={860} className={classes.settings} aria-label="Projects">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th w={180}>Project</Table.Th>
                  <Table.Th>What it is for</Table.Th>
                  <Table.Th w={230}>Registry of its builds</Table.Th>
                  <Table.Td w={270} />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {projects.map((project) => (
                  <Row key={project.name} project={project} onProject={onProject} />
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
      </Loaded>
      <NewProject onProject={onProject} />
    </>
  );
}

function NewProject({ onProject }: Switch) {
  const create = useCreateProject();
  const [name, setName] = useState("");
  const [isImporting, setImporting] = useState(false);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate(name.trim(), { onSuccess: () => setName("") });
      }}
    >
      <Group gap="xs" align="flex-start">
        <TextInput
          size="xs"
          w={220}
          aria-label="Name of a new project"
          placeholder="churn"
          spellCheck={false}
          value={name}
          error={create.error && asIpcError(create.error).message}
          onChange={(event) => {
            setName(event.currentTarget.value);
            create.reset();
          }}
        />
        <Button
          size="xs"
          variant="default"
          type="submit"
          loading={create.isPending}
          disabled={name.trim() === ""}
        >
          Make project
        </Button>
        <Button size="xs" variant="default" onClick={() => setImporting(true)}>
          Import a project…
        </Button>
      </Group>
      {isImporting && <ImportProjectDialog onProject={onProject} onClose={() => setImporting(false)} />}
    </form>
  );
}

function Row({ project, onProject }: { project: ProjectView } & Switch) {
  const { name, description, registry } = project;
  const isShown = useProject() === name;
  const describe = useDescribeProject(name);
  const remove = useDeleteProject(name);
  const [typed, setTyped] = useState<string | null>(null);
  const [isDeleting, setDeleting] = useState(false);
  const [isChoosing, setChoosing] = useState(false);
  const [isExporting, setExporting] = useState(false);
  const commit = () => {
    if (typed === null || typed === (description ?? "")) setTyped(null);
    else describe.mutate(typed, { onSuccess: () => setTyped(null) });
  };
  return (
    <Table.Tr>
      <Table.Td className={classes.project} title={name}>
        {name}{" "}
        {isShown && (
          <Badge variant="default" size="sm" tt="none">
            shown
          </Badge>
        )}
      </Table.Td>
      <Table.Td>
        <TextInput
          size="xs"
          aria-label={`What ${name} is for`}
          value={typed ?? description ?? ""}
          error={describe.error && asIpcError(describe.error).message}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onBlur={commit}
          onKeyDown={(event) => event.key === "Enter" && commit()}
        />
      </Table.Td>
      <Table.Td>
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`Registry of ${name}: ${registry?.address ?? "Choose…"}`}
          onClick={() => setChoosing(true)}
        >
          {registry?.address ?? "Choose…"}
        </Button>
        {isChoosing && <RegistryDialog project={project} onClose={() => setChoosing(false)} />}
      </Table.Td>
      <Table.Td>
        <Group gap="xs" justify="flex-end" wrap="nowrap">
          {!isShown && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Switch to ${name}`}
              onClick={() => onProject(project)}
            >
              Switch
            </Button>
          )}
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Export ${name}`}
            onClick={() => setExporting(true)}
          >
            Export…
          </Button>
          {name !== DEFAULT_PROJECT && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Delete ${name}`}
              onClick={() => setDeleting(true)}
            >
              Delete…
            </Button>
          )}
        </Group>
        {isExporting && <ExportDialog project={name} onClose={() => setExporting(false)} />}
        <ConfirmDialog
          isOpen={isDeleting}
          title={`Delete project ${name}?`}
          confirm="Delete project"
          isDestructive
          isPending={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate()}
          onClose={() => {
            setDeleting(false);
            remove.reset();
          }}
        >
          <Text size="sm">
            Its functions go with it. A project with runs in its history is kept: delete those first.
          </Text>
        </ConfirmDialog>
      </Table.Td>
    </Table.Tr>
  );
}
