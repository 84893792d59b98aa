import { Anchor, Button, Group, Select, Stack, Tabs, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { diffLines } from "diff";
import { useMemo, useState } from "react";

import { useProject } from "@/features/projects";
import type { FunctionVersion } from "@/ipc";
import { ConfirmDialog } from "@/shared/ConfirmDialog";
import { Copy } from "@/shared/Copy";
import { Empty } from "@/shared/Empty";
import { absoluteTime } from "@/shared/format";
import { Icon } from "@/shared/Icon";
import { Loaded } from "@/shared/Loaded";

import { functionVersionsOptions, useDeleteFunction } from "./api";
import classes from "./functions.module.css";

/** One function: what it is, and what it was. */
export function FunctionPage({ name }: { name: string }) {
  const query = useQuery(functionVersionsOptions(useProject(), name));
  const [isDeleting, setDeleting] = useState(false);
  const versions = query.data ?? [];
  const [latest] = versions;
  return (
    <div className={classes.page}>
      <Group className={classes.head} justify="space-between">
        <Group gap="sm" flex="1 1 320px" miw={0}>
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
      <Loaded query={query} what="the function" rows={8} around={classes.notice}>
        {(all) => <Content name={name} versions={all} />}
      </Loaded>
      <DeleteFunction
        name={name}
        versions={versions.length}
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
      />
    </div>
  );
}

function Content({ name, versions }: { name: string; versions: readonly FunctionVersion[] }) {
  const [latest] = versions;
  if (!latest) {
    return (
      <Empty title="There is no such function">
        <Text size="sm">
          It may have been deleted. Its runs are still in the list, with what they were made of.
        </Text>
        <Button
          size="xs"
          variant="default"
          renderRoot={(props) => <Link to="/runs" search={{ function: name }} {...props} />}
        >
          Its runs
        </Button>
      </Empty>
    );
  }
  return (
    <Tabs defaultValue="definition" keepMounted={false} className={classes.tabs}>
      <Tabs.List px="md" aria-label="Parts of the function">
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
  if (versions.length === 1) return <Empty>There is one version so far, so nothing to compare.</Empty>;
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
    return <Empty>Both versions say the same.</Empty>;
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
    <ConfirmDialog
      isOpen={isOpen}
      title={`Delete ${name}`}
      confirm={versions === 1 ? `Delete ${name}` : `Delete ${name}, ${versions} versions`}
      isDestructive
      isPending={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate(undefined, { onSuccess: () => void navigate({ to: "/functions" }) })}
    >
      <Text size="sm">
        {versions === 1 ? "Its only version is" : `All ${versions} versions are`} deleted; this cannot be
        undone. Its runs stay, each with its own copy of what it was made of.
      </Text>
    </ConfirmDialog>
  );
}
