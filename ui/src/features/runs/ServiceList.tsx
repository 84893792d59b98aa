import { Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { Addresses, forwardsOptions, Ways } from "@/features/services";
import type { ForwardView, RunFilter, RunState, RunView } from "@/ipc";
import { Ago } from "@/shared/Ago";
import { Empty } from "@/shared/Empty";
import { copiesText } from "@/shared/format";
import { ListTable } from "@/shared/ListTable";

import { useAllRuns } from "./api";
import { RunStateBadge } from "./RunStateBadge";
import classes from "./runs.module.css";

/** States in which a service may live: what has failed can be mended, what was stopped can go on. */
const living: RunState[] = ["CREATED", "BUILT", "READY", "PENDING", "RUNNING", "ERROR", "STOP", "STOPPED"];

/**
 * Every service and deployment that lives, and the ways to it from here. What was stopped for good is among what is read,
 * and may be more than a page: a service of last year must not hide behind it.
 */
export function ServiceList({ project }: { project: string }) {
  const filter = (action: "serve" | "deploy"): RunFilter => ({ project, action, states: living });
  const served = useAllRuns(filter("serve"));
  const deployed = useAllRuns(filter("deploy"));
  const forwards = useQuery(forwardsOptions());
  const reads = [served, deployed, forwards];
  const query = {
    data: served.data && deployed.data && [...served.data.pages, ...deployed.data.pages],
    // What else failed is told too: the rows are there without it.
    error: served.error ?? deployed.error ?? forwards.error,
    isFetching: reads.some((read) => read.isFetching),
    dataUpdatedAt: Math.min(served.dataUpdatedAt, deployed.dataUpdatedAt),
    refetch: () => reads.forEach((read) => void read.refetch()),
  };
  return (
    <Stack className={classes.services} gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          Services
        </Title>
        <Button size="xs" renderRoot={(props) => <Link to="/new" search={{ action: "serve" }} {...props} />}>
          New service
        </Button>
      </Group>
      <ListTable
        name="Services"
        query={query}
        items={(pages) => pages.flatMap((page) => page.runs).filter((run) => !run.is_final)}
        empty={
          <Empty title="No services">
            <Text size="sm">
              A service is a function that runs until it is stopped, behind an address: an API, a page, a
              worker. What runs is listed here, with a way to it from this computer.
            </Text>
          </Empty>
        }
        className={classes.serviceTable}
        highlightOnHover={false}
        columns={[
          { label: "State", width: 110 },
          { label: "Service", width: 240 },
          { label: "Copies", width: 110 },
          { label: "Started", width: 100 },
          { label: "From here" },
        ]}
        row={(run) => <Row key={run.id} run={run} forwards={forwards.data ?? []} />}
      />
    </Stack>
  );
}

function Row({ run, forwards }: { run: RunView; forwards: readonly ForwardView[] }) {
  return (
    <Table.Tr>
      <Table.Td>
        <RunStateBadge run={run} />
      </Table.Td>
      <Table.Td className={classes.name} title={run.name}>
        <Link to="/runs/$runId" params={{ runId: run.id }}>
          {run.name}
        </Link>
        <Text size="xs" c="dimmed" className={classes.whole}>
          {run.function} · {run.namespace}
        </Text>
      </Table.Td>
      <Table.Td>{run.copies ? copiesText(run.copies) : "–"}</Table.Td>
      <Table.Td>{run.started ? <Ago time={run.started} /> : "–"}</Table.Td>
      <Table.Td>
        {run.action === "serve" ? (
          <Stack gap="xs">
            <Ways run={run} forwards={forwards} />
            <Addresses urls={run.urls} />
          </Stack>
        ) : (
          <Text size="sm">It has no address.</Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
