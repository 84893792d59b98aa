import { memo } from "react";

import type { RunView } from "@/ipc";
import { Ago } from "@/shared/Ago";

import type { Column } from "./columns";
import { RunStateBadge } from "./RunStateBadge";
import { Elapsed } from "./Times";
import classes from "./runs.module.css";
import { progress } from "./states";

type Props = {
  run: RunView;
  columns: ReadonlySet<Column>;
  index: number;
  /** Where it lies, and how high it is, in pixels. */
  top: number;
  height: number;
  isChosen: boolean;
  isCurrent: boolean;
  onFocus: (run: string) => void;
  onChoose: (run: string) => void;
  onShow: (run: string) => void;
  onOpen: (run: RunView) => void;
};

/**
 * A run in the list: plain elements, as one is made for each row that is scrolled by. Rows are whole values with a
 * revision: the same revision is the same row.
 */
export const RunRow = memo(
  function RunRow(props: Props) {
    const { run, columns, index, top, height, isChosen, isCurrent, onFocus, onChoose, onShow, onOpen } =
      props;
    return (
      <tr
        role="row"
        style={{ top, height }}
        tabIndex={isCurrent ? 0 : -1}
        aria-rowindex={index + 2}
        aria-selected={isChosen}
        data-run={run.id}
        onFocus={() => onFocus(run.id)}
        onClick={() => onShow(run.id)}
        onDoubleClick={() => onOpen(run)}
        data-archived={run.archived || undefined}
        data-chosen={isChosen || undefined}
      >
        <td
          role="gridcell"
          onClick={(event) => event.stopPropagation()}
          onDoubleClick={(event) => event.stopPropagation()}
        >
          <input
            type="checkbox"
            className={classes.check}
            tabIndex={-1}
            aria-label={`Choose ${run.name}`}
            checked={isChosen}
            onChange={() => onChoose(run.id)}
          />
        </td>
        <td role="gridcell">
          <RunStateBadge run={run} />
        </td>
        <td role="gridcell" className={classes.name}>
          <a
            href={`#/runs/${run.id}`}
            tabIndex={-1}
            onClick={(event) => {
              event.preventDefault();
              event.stopPropagation();
              onOpen(run);
            }}
          >
            {run.name}
          </a>
        </td>
        {[...columns].map((name) => (
          <Cell key={name} name={name} run={run} />
        ))}
      </tr>
    );
  },
  (before: Props, after: Props) =>
    before.run.id === after.run.id &&
    before.run.revision === after.run.revision &&
    before.run.archived === after.run.archived &&
    before.index === after.index &&
    before.top === after.top &&
    before.height === after.height &&
    before.isChosen === after.isChosen &&
    before.isCurrent === after.isCurrent &&
    before.onChoose === after.onChoose &&
    before.columns === after.columns,
);

function Cell({ name, run }: { name: Column; run: RunView }) {
  switch (name) {
    case "function":
      return (
        <td role="gridcell" className={classes.cut} title={run.function}>
          {run.function}
          {run.version > 0 && <span className={classes.dim}> v{run.version}</span>}
        </td>
      );
    case "action":
      return <td role="gridcell">{run.action}</td>;
    case "place":
      return (
        <td role="gridcell" className={classes.cut} title={`${run.context} / ${run.namespace}`}>
          {run.context} / {run.namespace}
        </td>
      );
    case "started":
      return (
        <td role="gridcell">
          <Ago time={run.started ?? run.created} />
        </td>
      );
    case "duration":
      return (
        <td role="gridcell" className={classes.number}>
          <Elapsed run={run} />
        </td>
      );
    case "reason":
      return (
        <td role="gridcell" className={classes.cut} title={progress(run)}>
          {progress(run)}
        </td>
      );
  }
}
