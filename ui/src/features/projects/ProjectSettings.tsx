import { Button, Table, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { RegistryDialog } from "@/features/builds";
import { asIpcError, type ProjectView } from "@/ipc";
import { ConfirmDialog } from "@/shared/ConfirmDialog";
import { Loaded } from "@/shared/Loaded";

import { projectListOptions, useDeleteProject, useDescribeProject } from "./api";
import { DEFAULT_PROJECT } from "./chosen";
import classes from "./projects.module.css";

/** All projects: what each is for, and how one without runs is deleted. */
export function ProjectSettings() {
  const query = useQuery(projectListOptions());
  return (
    <Loaded query={query} what="projects" rows={1}>
      {(projects) => (
        <div className={classes.scroll}>
          <Table verticalSpacing={6} className={classes.settings} aria-label="Projects">
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={200}>Project</Table.Th>
                <Table.Th>What it is for</Table.Th>
                <Table.Th w={260}>Registry of its builds</Table.Th>
                <Table.Td w={100} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {projects.map((project) => (
                <Row key={project.name} project={project} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Loaded>
  );
}

function Row({ project: { name, description, registry } }: { project: ProjectView }) {
  const describe = useDescribeProject(name);
  const remove = useDeleteProject(name);
  const [typed, setTyped] = useState<string | null>(null);
  const [isDeleting, setDeleting] = useState(false);
  const [isChoosing, setChoosing] = useState(false);
  const commit = () => {
    if (typed === null || typed === (description ?? "")) setTyped(null);
    else describe.mutate(typed, { onSuccess: () => setTyped(null) });
  };
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
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
        {isChoosing && (
          <RegistryDialog project={name} registry={registry} onClose={() => setChoosing(false)} />
        )}
      </Table.Td>
      <Table.Td>
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
