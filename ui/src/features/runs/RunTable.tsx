import { Table } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { memo } from "react";

import type { RunView } from "@/ipc";

import { optionalColumns, type Column } from "./columns";
import { RunStateBadge } from "./RunStateBadge";
import { Ago, Elapsed } from "./Times";
import classes from "./runs.module.css";
import { progress } from "./states";

/** Widths in pixels; what has none shares the rest. Together they leave room for a reason in the smallest window. */
const widths: Partial<Record<Column, number>> = {
  function: 115,
  action: 65,
  place: 160,
  started: 100,
  duration: 80,
};

/** The runs, newest first. */
export function RunTable({ runs, columns }: { runs: readonly RunView[]; columns: ReadonlySet<Column> }) {
  return (
    <Table className={classes.table} highlightOnHover stickyHeader verticalSpacing={7}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={128}>State</Table.Th>
          <Table.Th w={columns.has("reason") ? 205 : undefined}>Run</Table.Th>
          {[...columns].map((name) => (
            <Table.Th key={name} w={widths[name]} ta={name === "duration" ? "right" : undefined}>
              {optionalColumns[name]}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {runs.map((run) => (
          <Row key={run.id} run={run} columns={columns} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

type RowProps = { run: RunView; columns: ReadonlySet<Column> };

/** Rows are whole values with a revision: the same revision is the same row. */
const Row = memo(
  function Row({ run, columns }: RowProps) {
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
        {[...columns].map((name) => (
          <Cell key={name} name={name} run={run} />
        ))}
      </Table.Tr>
    );
  },
  (before: RowProps, after: RowProps) =>
    before.run.id === after.run.id &&
    before.run.revision === after.run.revision &&
    before.run.archived === after.run.archived &&
    before.columns === after.columns,
);

function Cell({ name, run }: { name: Column; run: RunView }) {
  switch (name) {
    case "function":
      return (
        <Table.Td className={classes.cut} title={run.function}>
          {run.function}
          {run.version > 0 && <span className={classes.dim}> v{run.version}</span>}
        </Table.Td>
      );
    case "action":
      return <Table.Td>{run.action}</Table.Td>;
    case "place":
      return (
        <Table.Td className={classes.cut} title={`${run.context} / ${run.namespace}`}>
          {run.context} / {run.namespace}
        </Table.Td>
      );
    case "started":
      return (
        <Table.Td>
          <Ago time={run.started ?? run.created} />
        </Table.Td>
      );
    case "duration":
      return (
        <Table.Td ta="right" className={classes.number}>
          <Elapsed run={run} />
        </Table.Td>
      );
    case "reason":
      return (
        <Table.Td className={classes.cut} title={progress(run)}>
          {progress(run)}
        </Table.Td>
      );
  }
}
