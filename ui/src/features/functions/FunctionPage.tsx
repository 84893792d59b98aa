import { Anchor, Button, Group, Modal, Select, Skeleton, Stack, Tabs, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { diffLines } from "diff";
import { useMemo, useState } from "react";

import type { FunctionVersion } from "@/ipc";
import { Copy } from "@/shared/Copy";
import { Empty } from "@/shared/Empty";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { absoluteTime } from "@/shared/format";
import { Icon } from "@/shared/Icon";

import { functionVersionsOptions, useDeleteFunction } from "./api";
import classes from "./functions.module.css";

/** One function: what it is, and what it was. */
export function FunctionPage({ name }: { name: string }) {
  const query = useQuery(functionVersionsOptions(name));
  const [isDeleting, setDeleting] = useState(false);
  const versions = query.data ?? [];
  const [latest] = versions;
  return (
    <div className={classes.page}>
      <Group className={classes.head} justify="space-between" wrap="nowrap">
        <Group gap="sm" wrap="nowrap" miw={0}>
          <Anchor size="sm" renderRoot={(props) => <Link to="/functions" {...props} />}>
            <Group gap={4} wrap="nowrap">
              <Icon name="back" size={14} />
              Functions
            </Group>
          </Anchor>
          <Title order={1} size="h4" className={classes.title}>
            {name}
          </Title>
          {latest && (
            <Text size="sm" c="dimmed">
              version {latest.version}, {absoluteTime(latest.created)}
            </Text>
          )}
        </Group>
        {latest && (
          <Group gap="xs" wrap="nowrap">
            <Button
              size="xs"
              renderRoot={(props) => <Link to="/new" search={{ function: name }} {...props} />}
            >
              Run
            </Button>
            <Button
              size="xs"
              variant="default"
              renderRoot={(props) => <Link to="/runs" search={{ function: name }} {...props} />}
            >
              Its runs
            </Button>
            <Button size="xs" variant="default" onClick={() => setDeleting(true)}>
              Delete…
            </Button>
          </Group>
        )}
      </Group>
      {query.isError && (
        <div className={classes.screen}>
          <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      {query.isPending && (
        <div className={`${classes.screen} ${classes.late}`} role="status" aria-label="Loading the function">
          <Skeleton height={240} />
        </div>
      )}
      {query.isSuccess && !latest && (
        <Empty title="There is no such function">
          <Text size="sm">
            It may have been deleted. Its runs are still in the list, with what they were made of.
          </Text>
        </Empty>
      )}
      {latest && (
        <Tabs defaultValue="definition" keepMounted={false} className={classes.tabs}>
          <Tabs.List px="md">
            <Tabs.Tab value="definition">Definition</Tabs.Tab>
            <Tabs.Tab value="versions">Versions {versions.length}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="definition" className={classes.panel} tabIndex={0}>
            <Group justify="flex-end" mb="xs">
              <Copy text={latest.yaml} label="Copy YAML" />
            </Group>
            <pre className={classes.yaml}>{latest.yaml}</pre>
          </Tabs.Panel>
          <Tabs.Panel value="versions" className={classes.panel} tabIndex={0}>
            <Versions name={name} versions={versions} />
          </Tabs.Panel>
        </Tabs>
      )}
      <DeleteFunction
        name={name}
        versions={versions.length}
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
      />
    </div>
  );
}

function Versions({ name, versions }: { name: string; versions: readonly FunctionVersion[] }) {
  const [after, setAfter] = useState(versions[0]?.version ?? 0);
  const [before, setBefore] = useState(versions[1]?.version ?? versions[0]?.version ?? 0);
  const yaml = (version: number) => versions.find((each) => each.version === version)?.yaml ?? "";
  const choices = versions.map((each) => ({
    value: String(each.version),
    label: `Version ${each.version} · ${absoluteTime(each.created)}`,
  }));
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <Select
          size="xs"
          w={250}
          aria-label="Version before"
          allowDeselect={false}
          data={choices}
          value={String(before)}
          onChange={(value) => setBefore(Number(value))}
        />
        <span aria-hidden="true">→</span>
        <Select
          size="xs"
          w={250}
          aria-label="Version after"
          allowDeselect={false}
          data={choices}
          value={String(after)}
          onChange={(value) => setAfter(Number(value))}
        />
        <Button
          size="xs"
          variant="default"
          renderRoot={(props) => <Link to="/new" search={{ function: name, version: before }} {...props} />}
        >
          Run version {before}
        </Button>
      </Group>
      <Difference before={yaml(before)} after={yaml(after)} />
    </Stack>
  );
}

/** Two texts line by line; what changed is marked by a sign and a colour. */
function Difference({ before, after }: { before: string; after: string }) {
  const parts = useMemo(() => diffLines(before, after), [before, after]);
  if (before === after) {
    return (
      <Text size="sm" c="dimmed">
        They say the same.
      </Text>
    );
  }
  return (
    <pre className={classes.yaml}>
      {parts.flatMap((part, index) =>
        part.value
          .replace(/\n$/, "")
          .split("\n")
          .map((line, row) => (
            <div
              key={`${index}.${row}`}
              className={part.added ? classes.added : part.removed ? classes.removed : undefined}
            >
              {part.added ? "+ " : part.removed ? "− " : "  "}
              {line}
            </div>
          )),
      )}
    </pre>
  );
}

type DeleteProps = { name: string; versions: number; isOpen: boolean; onClose: () => void };

function DeleteFunction({ name, versions, isOpen, onClose }: DeleteProps) {
  const navigate = useNavigate();
  const remove = useDeleteFunction(name);
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Delete ${name}`} transitionProps={{ duration: 100 }}>
      <Stack>
        <Text size="sm">
          {versions === 1 ? "Its only version goes" : `All ${versions} versions go`}, which cannot be undone.
          Its runs stay, each with its own copy of what it was made of.
        </Text>
        {remove.error && <ErrorPanel error={remove.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Keep
          </Button>
          <Button
            color="red"
            loading={remove.isPending}
            onClick={() => remove.mutate(undefined, { onSuccess: () => void navigate({ to: "/functions" }) })}
          >
            Delete
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
