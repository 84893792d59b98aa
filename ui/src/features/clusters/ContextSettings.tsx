import { Button, Group, Switch, Table, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { ContextView } from "@/ipc";
import { Empty } from "@/shared/Empty";
import { sentence } from "@/shared/format";
import { Loaded } from "@/shared/Loaded";

import { contextCheckOptions, contextListOptions, useContextLook, useSaveLook } from "./api";
import { checkWords } from "./check";
import classes from "./clusters.module.css";
import { contextColours } from "./looks";

/** All contexts, with what tells them apart: a name of one's own, a colour, protection. */
export function ContextSettings() {
  const query = useQuery(contextListOptions());
  return (
    <Loaded query={query} what="contexts">
      {({ contexts }) => <Contexts contexts={contexts} />}
    </Loaded>
  );
}

function Contexts({ contexts }: { contexts: readonly ContextView[] }) {
  if (contexts.length === 0) {
    return (
      <Empty>No context was found: Berth reads the files that KUBECONFIG names, else ~/.kube/config.</Empty>
    );
  }
  return (
    <div className={classes.scroll}>
      <Table verticalSpacing={6} className={classes.settings} aria-label="Contexts">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Context</Table.Th>
            <Table.Th w={210}>Name of your own</Table.Th>
            <Table.Th w={220}>Colour</Table.Th>
            <Table.Th w={120}>Ask at a launch</Table.Th>
            <Table.Th w={190}>Reachable</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {contexts.map((context) => (
            <Row key={`${context.kubeconfig} ${context.name}`} context={context} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Row({ context }: { context: ContextView }) {
  const look = useContextLook(context.name);
  const save = useSaveLook(context.name);
  const [typed, setTyped] = useState<string | null>(null);
  const commit = () => {
    if (typed !== null && typed !== (look.alias ?? "")) save.mutate({ ...look, alias: typed });
    setTyped(null);
  };
  return (
    <Table.Tr>
      <Table.Td>
        <div>{context.name}</div>
        <Text size="xs" c={context.problem === null ? "dimmed" : "red"}>
          {context.problem
            ? sentence(context.problem)
            : [context.cluster, context.user, context.kubeconfig].filter(Boolean).join(" · ")}
        </Text>
      </Table.Td>
      <Table.Td>
        <TextInput
          size="xs"
          aria-label={`Name of your own for ${context.name}`}
          value={typed ?? look.alias ?? ""}
          error={save.error && sentence(save.error.message)}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onBlur={commit}
          onKeyDown={(event) => event.key === "Enter" && commit()}
        />
      </Table.Td>
      <Table.Td>
        <div role="radiogroup" aria-label={`Colour of ${context.name}`} className={classes.swatches}>
          {[null, ...contextColours].map((colour) => (
            <UnstyledButton
              key={colour ?? "none"}
              role="radio"
              aria-checked={(look.colour ?? null) === colour}
              aria-label={colour ?? "no colour"}
              className={classes.swatch}
              style={colour === null ? undefined : { background: `var(--context-${colour})` }}
              onClick={() => save.mutate({ ...look, colour })}
            />
          ))}
        </div>
      </Table.Td>
      <Table.Td>
        <Switch
          size="xs"
          aria-label={`Ask before a launch on ${context.name}`}
          checked={look.is_protected ?? false}
          onChange={(event) => save.mutate({ ...look, is_protected: event.currentTarget.checked })}
        />
      </Table.Td>
      <Table.Td>
        <Reachability name={context.name} isBroken={context.problem !== null} />
      </Table.Td>
    </Table.Tr>
  );
}

/** Asks a context whether it answers, when the person asks: never all of them by itself. */
function Reachability({ name, isBroken }: { name: string; isBroken: boolean }) {
  const check = useQuery({ ...contextCheckOptions(name), enabled: false });
  const { text, isFailure } = checkWords(check.data, check.error);
  return (
    <Group gap="xs" wrap="nowrap">
      <Button
        size="compact-xs"
        variant="default"
        aria-label={`Check ${name}`}
        disabled={isBroken}
        loading={check.isFetching}
        onClick={() => void check.refetch()}
      >
        Check
      </Button>
      <Text size="xs" c={isFailure ? "red" : "dimmed"} role="status">
        {text}
      </Text>
    </Group>
  );
}
