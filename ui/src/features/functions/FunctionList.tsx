import { Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { useProject } from "@/features/projects";
import { RunStateBadge } from "@/features/runs";
import type { FunctionView } from "@/ipc";
import { Ago } from "@/shared/Ago";
import { Empty } from "@/shared/Empty";
import { Icon } from "@/shared/Icon";
import { ListTable } from "@/shared/ListTable";

import { functionListOptions } from "./api";
import classes from "./functions.module.css";
import { ImportDialog } from "./ImportDialog";

/** All functions, by name, with what became of them last. */
export function FunctionList() {
  const query = useQuery(functionListOptions(useProject()));
  const [isImporting, setImporting] = useState(false);
  return (
    <Stack className={classes.screen} gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          Functions
        </Title>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => setImporting(true)}>
            From a file…
          </Button>
          <Button
            size="xs"
            leftSection={<Icon name="plus" size={14} />}
            renderRoot={(props) => <Link to="/new" {...props} />}
          >
            New function
          </Button>
        </Group>
      </Group>
      <ListTable
        name="Functions"
        query={query}
        items={(functions) => functions}
        empty={<Nothing onImport={() => setImporting(true)} />}
        minWidth={680}
        columns={[
          { label: "Function" },
          { label: "Version", width: 80 },
          { label: "Image" },
          { label: "Last run", width: 130 },
          { label: "When", width: 110 },
          { label: "Actions", width: 70, isHidden: true },
        ]}
        row={(each) => <Row key={each.name} each={each} />}
      />
      <ImportDialog isOpen={isImporting} onClose={() => setImporting(false)} />
    </Stack>
  );
}

function Nothing({ onImport }: { onImport: () => void }) {
  return (
    <Empty title="No functions yet">
      <Text size="sm">
        A function is an image with its command and code, kept under a name with all its versions. Every run
        that you make from the form saves one; a file can be read in too.
      </Text>
      <Group gap="xs">
        <Button size="xs" renderRoot={(props) => <Link to="/new" {...props} />}>
          New function
        </Button>
        <Button size="xs" variant="default" onClick={onImport}>
          From a file…
        </Button>
      </Group>
    </Empty>
  );
}

function Row({ each }: { each: FunctionView }) {
  const navigate = useNavigate();
  return (
    <Table.Tr onClick={() => void navigate({ to: "/functions/$name", params: { name: each.name } })}>
      <Table.Td className={classes.name}>
        <Link to="/functions/$name" params={{ name: each.name }} onClick={(event) => event.stopPropagation()}>
          {each.name}
        </Link>
      </Table.Td>
      <Table.Td>v{each.version}</Table.Td>
      <Table.Td className={classes.image} title={each.image ?? ""}>
        {each.image ?? "–"}
      </Table.Td>
      <Table.Td>{each.last_run ? <RunStateBadge run={each.last_run} /> : "never"}</Table.Td>
      <Table.Td>
        <Ago time={each.last_run?.created ?? each.created} />
      </Table.Td>
      <Table.Td>
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`Run ${each.name}`}
          renderRoot={(props) => (
            <Link
              to="/new"
              search={{ function: each.name }}
              {...props}
              onClick={(event) => event.stopPropagation()}
            />
          )}
        >
          Run
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
