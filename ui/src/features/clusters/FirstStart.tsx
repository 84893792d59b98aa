import { Button, Code, Group, Paper, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { asIpcError, type LocalTool } from "@/ipc";
import { Copy } from "@/shared/Copy";
import { sentence } from "@/shared/format";
import { Loaded } from "@/shared/Loaded";

import { contextListOptions, localToolsOptions, useAddKubeconfig } from "./api";
import classes from "./clusters.module.css";

/** How often it is looked whether there is a context by now, in milliseconds. */
const AGAIN = 3000;

/** Where no kubeconfig names a context: two ways to one. Goes away by itself as soon as there is one. */
export function FirstStart() {
  const contexts = useQuery({ ...contextListOptions(), refetchInterval: AGAIN });
  return (
    <Stack className={classes.first} gap="md">
      <Title order={1} size="h3">
        Runs
      </Title>
      <div>
        <Title order={2} size="h4">
          Berth needs a way to a cluster
        </Title>
        <Text size="sm">
          It runs your containers on Kubernetes and finds the cluster in a kubeconfig, the file that kubectl
          uses. None was found that names one.
        </Text>
        {(contexts.data?.problems ?? []).map((problem) => (
          <Text key={problem} size="sm" c="dimmed" className={classes.entry}>
            {sentence(problem)}
          </Text>
        ))}
      </div>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
        <OpenKubeconfig />
        <LocalCluster />
      </SimpleGrid>
    </Stack>
  );
}

function OpenKubeconfig() {
  const [path, setPath] = useState("");
  const add = useAddKubeconfig();
  return (
    <Paper component="section" withBorder p="md" aria-label="Open a kubeconfig">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate(path);
        }}
      >
        <Stack gap="sm" align="flex-start">
          <Title order={3} size="h5">
            Open a kubeconfig
          </Title>
          <Text size="sm">
            Whoever runs your cluster gives you such a file. Berth reads it where it lies and never writes it.
          </Text>
          <TextInput
            w="100%"
            size="xs"
            label="Where the file lies"
            placeholder="~/Downloads/kubeconfig"
            value={path}
            error={add.error && sentence(asIpcError(add.error).message)}
            onChange={(event) => {
              setPath(event.currentTarget.value);
              add.reset();
            }}
          />
          <Button size="xs" type="submit" loading={add.isPending} disabled={path.trim() === ""}>
            Open
          </Button>
        </Stack>
      </form>
    </Paper>
  );
}

function LocalCluster() {
  const tools = useQuery({ ...localToolsOptions(), refetchInterval: AGAIN });
  return (
    <Paper component="section" withBorder p="md" aria-label="Create a local cluster">
      <Stack gap="sm" align="flex-start">
        <Title order={3} size="h5">
          Create a local cluster
        </Title>
        <Loaded query={tools} what="the programs of this machine" rows={2} around={classes.wide}>
          {(known) => <Tools known={known} />}
        </Loaded>
      </Stack>
    </Paper>
  );
}

function Tools({ known }: { known: readonly LocalTool[] }) {
  const found = known.filter((tool) => tool.path !== null);
  const names = known.map((tool) => tool.name).join(", ");
  return (
    <>
      <Text size="sm">
        {found.length > 0
          ? "This machine can make one. Run the command in a terminal: the cluster shows up here by itself."
          : `A program on this machine can make one for you, for trying things out. None was found on the PATH (looked for ${names}): install one, and its command is shown here.`}
      </Text>
      {found.map((tool) => (
        <Group key={tool.name} gap="xs">
          <Code fz={13}>{tool.command}</Code>
          <Copy text={tool.command} label="Copy" />
          <Text size="xs" c="dimmed" className={classes.entry}>
            {tool.path}
          </Text>
        </Group>
      ))}
    </>
  );
}
