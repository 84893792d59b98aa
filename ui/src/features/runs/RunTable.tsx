import { Table } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { memo } from "react";

import type { RunView } from "@/ipc";

import { RunStateBadge } from "./RunStateBadge";
import { Ago, Elapsed } from "./Times";
import classes from "./runs.module.css";
import { progress } from "./states";

/** The runs, newest first. */
export function RunTable({ runs, withPlace }: { runs: readonly RunView[]; withPlace: boolean }) {
  return (
    <Table className={classes.table} highlightOnHover stickyHeader verticalSpacing={7}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={140}>State</Table.Th>
          <Table.Th w={215}>Run</Table.Th>
          <Table.Th w={135}>Function</Table.Th>
          <Table.Th w={70}>Action</Table.Th>
          {withPlace && <Table.Th w={170}>Context / namespace</Table.Th>}
          <Table.Th w={110}>Started</Table.Th>
          <Table.Th w={90} ta="right">
            Duration
          </Table.Th>
          <Table.Th>Reason / progress</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {runs.map((run) => (
          <Row key={run.id} run={run} withPlace={withPlace} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** Rows are whole values with a revision: the same revision is the same row. */
const Row = memo(
  function Row({ run, withPlace }: { run: RunView; withPlace: boolean }) {
    const navigate = useNavigate();
    const open = () => void navigate({ to: "/runs/$runId", params: { runId: run.id } });
    return (
      <Table.Tr onClick={open} data-archived={run.archived || undefined}>
        <Table.Td>
          <RunStateBadge run={run} />
        </Table.Td>
        <Table.Td className={classes.name}>
          <Link to="/runs/$runId" params={{ runId: run.id }} onClick={(event) => event.stopPropagation()}>
            {run.name}
          </Link>
        </Table.Td>
        <Table.Td className={classes.cut} title={run.function}>
          {run.function}
          {run.version > 0 && <span className={classes.dim}> v{run.version}</span>}
        </Table.Td>
        <Table.Td>{run.action}</Table.Td>
        {withPlace && (
          <Table.Td className={classes.cut} title={`${run.context} / ${run.namespace}`}>
            {run.context} / {run.namespace}
          </Table.Td>
        )}
        <Table.Td>
          <Ago time={run.started ?? run.created} />
        </Table.Td>
        <Table.Td ta="right" className={classes.number}>
          <Elapsed run={run} />
        </Table.Td>
        <Table.Td className={classes.cut} title={progress(run)}>
          {progress(run)}
        </Table.Td>
      </Table.Tr>
    );
  },
  (before, after) =>
    before.run.id === after.run.id &&
    before.run.revision === after.run.revision &&
    before.run.archived === after.run.archived &&
    before.withPlace === after.withPlace,
);
