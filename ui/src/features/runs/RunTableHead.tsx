import { memo } from "react";

import type { RunOrder, RunSort } from "@/ipc";

import { optionalColumns, sorts, type Column } from "./columns";
import { ariaSort, nextOrder } from "./order";
import classes from "./runs.module.css";

type Props = {
  columns: ReadonlySet<Column>;
  order: RunOrder;
  chosen: "none" | "some" | "all";
  onOrder: (order: RunOrder) => void;
  onChooseAll: (isWanted: boolean) => void;
};

/** The heads of the list's columns. */
export const RunTableHead = memo(function RunTableHead(props: Props) {
  const { columns, order, chosen, onOrder, onChooseAll } = props;
  return (
    <thead role="rowgroup">
      <tr role="row" aria-rowindex={1}>
        <th role="columnheader">
          <input
            type="checkbox"
            className={classes.check}
            aria-label="Choose all runs shown"
            checked={chosen === "all"}
            ref={(box) => {
              if (box) box.indeterminate = chosen === "some";
            }}
            onChange={(event) => onChooseAll(event.currentTarget.checked)}
          />
        </th>
        <Header by="state" order={order} onOrder={onOrder}>
          State
        </Header>
        <Header by="name" order={order} onOrder={onOrder}>
          Run
        </Header>
        {[...columns].map((name) => (
          <Header key={name} isRight={name === "duration"} by={sorts[name]} order={order} onOrder={onOrder}>
            {optionalColumns[name]}
          </Header>
        ))}
      </tr>
    </thead>
  );
});

type HeaderProps = {
  isRight?: boolean;
  by: RunSort | undefined;
  order: RunOrder;
  onOrder: (order: RunOrder) => void;
  children: string;
};

/** The head of a column; where the list can be sorted by it, a click does. */
function Header({ isRight, by, order, onOrder, children }: HeaderProps) {
  const align = isRight ? classes.number : undefined;
  if (by === undefined) {
    return (
      <th role="columnheader" className={align}>
        {children}
      </th>
    );
  }
  const sorted = ariaSort(order, by);
  return (
    <th role="columnheader" className={align} aria-sort={sorted}>
      <button type="button" className={classes.sort} onClick={() => onOrder(nextOrder(order, by))}>
        {children}
        <span aria-hidden="true" className={classes.arrow}>
          {sorted === "ascending" ? "▲" : sorted === "descending" ? "▼" : ""}
        </span>
      </button>
    </th>
  );
}
