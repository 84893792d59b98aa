import { Button, Checkbox, Table } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useState } from "react";

import { usePreferences } from "@/features/settings";

import type { RunView } from "@/ipc";
import { Ago } from "@/shared/Ago";

import { BulkBar } from "./BulkBar";
import { optionalColumns, type Column } from "./columns";
import { RunDrawer } from "./RunDrawer";
import { RunStateBadge } from "./RunStateBadge";
import { Elapsed } from "./Times";
import classes from "./runs.module.css";
import { progress } from "./states";
import { useChoice } from "./useChoice";
import { useFresh } from "./useFresh";

/** Widths in pixels; what has none shares the rest. Together they leave room for a reason in the smallest window. */
const widths: Partial<Record<Column, number>> = {
  function: 115,
  action: 65,
  place: 160,
  started: 100,
  duration: 80,
};

/** Height of a row, in pixels, with and without much space. */
const ROW = { wide: 37, dense: 29 };

/** How near to the end of what is read the next page is asked for, in rows. */
const NEAR = 30;

type Props = {
  runs: readonly RunView[];
  columns: ReadonlySet<Column>;
  hasMore: boolean;
  isReading: boolean;
  onMore: () => void;
};

/** The runs, newest first: only rows in view are drawn, older pages are read as they come near. */
export function RunTable({ runs, columns, hasMore, isReading, onMore }: Props) {
  const navigate = useNavigate();
  const [preferences] = usePreferences();
  const height = preferences.is_dense ? ROW.dense : ROW.wide;
  const { scroller, ...fresh } = useFresh(runs, height);
  const choice = useChoice(runs);
  const [shown, setShown] = useState<string | null>(null);
  const virtual = useVirtualizer({
    count: runs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => runs[index]?.id ?? index,
    overscan: 15,
    // The whole of a small list where nothing is laid out (tests without a browser).
    initialRect: { width: 1000, height: 900 },
  });
  useEffect(() => virtual.measure(), [virtual, height]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const isNear = hasMore && !isReading && last >= runs.length - NEAR;
  useEffect(() => {
    if (isNear) onMore();
  }, [isNear, onMore]);

  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const span = 3 + columns.size;
  const open = (run: RunView) => void navigate({ to: "/runs/$runId", params: { runId: run.id } });
  const preview = runs.find((run) => run.id === shown);

  return (
    <div className={classes.list}>
      {choice.runs.length > 0 && <BulkBar runs={choice.runs} onDone={choice.clear} />}
      {fresh.count > 0 && (
        <Button className={classes.fresh} size="compact-sm" onClick={fresh.show}>
          {fresh.count} new ↑
        </Button>
      )}
      <div ref={scroller} className={classes.scroll} onScroll={fresh.onScroll}>
        <Table
          className={classes.table}
          highlightOnHover
          stickyHeader
          verticalSpacing={preferences.is_dense ? 3 : 7}
        >
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={38}>
                <Checkbox
                  size="xs"
                  aria-label="Choose all runs shown"
                  checked={choice.runs.length > 0 && choice.runs.length === runs.length}
                  indeterminate={choice.runs.length > 0 && choice.runs.length < runs.length}
                  onChange={(event) => (event.currentTarget.checked ? choice.all() : choice.clear())}
                />
              </Table.Th>
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
            {before > 0 && <Spacer height={before} span={span} />}
            {items.map((item) => {
              const run = runs[item.index];
              return (
                run && (
                  <Row
                    key={run.id}
                    run={run}
                    columns={columns}
                    isChosen={choice.has(run.id)}
                    onChoose={choice.toggle}
                    onShow={setShown}
                    onOpen={open}
                  />
                )
              );
            })}
            {after > 0 && <Spacer height={after} span={span} />}
          </Table.Tbody>
        </Table>
      </div>
      <RunDrawer run={preview} onClose={() => setShown(null)} />
    </div>
  );
}

/** Stands for rows that are not drawn. */
function Spacer({ height, span }: { height: number; span: number }) {
  return (
    <tr aria-hidden="true">
      <td colSpan={span} className={classes.spacer} style={{ height }} />
    </tr>
  );
}

type RowProps = {
  run: RunView;
  columns: ReadonlySet<Column>;
  isChosen: boolean;
  onChoose: (run: string) => void;
  onShow: (run: string) => void;
  onOpen: (run: RunView) => void;
};

/** Rows are whole values with a revision: the same revision is the same row. */
const Row = memo(
  function Row({ run, columns, isChosen, onChoose, onShow, onOpen }: RowProps) {
    return (
      <Table.Tr
        onClick={() => onShow(run.id)}
        onDoubleClick={() => onOpen(run)}
        data-archived={run.archived || undefined}
        data-chosen={isChosen || undefined}
      >
        <Table.Td
          onClick={(event) => event.stopPropagation()}
          onDoubleClick={(event) => event.stopPropagation()}
        >
          <Checkbox
            size="xs"
            aria-label={`Choose ${run.name}`}
            checked={isChosen}
            onChange={() => onChoose(run.id)}
          />
        </Table.Td>
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
    before.isChosen === after.isChosen &&
    before.onChoose === after.onChoose &&
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
