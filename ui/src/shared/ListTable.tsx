import { Table, VisuallyHidden } from "@mantine/core";
import type { ReactElement, ReactNode } from "react";

import classes from "./list.module.css";
import { Loaded, type Query } from "./Loaded";

type Column = {
  label: string;
  /** In pixels; those without one share what is left. */
  width?: number;
  /** Whether the label is only told, not shown: what is in the column speaks for itself. */
  isHidden?: boolean;
};

type Props<Read, Item> = {
  /** The name of the table, as in "Secrets"; in small letters, what is being read. */
  name: string;
  query: Query<Read>;
  /** What is listed of what was read. */
  items: (read: Read) => readonly Item[];
  /** What shows where there is nothing to list. */
  empty: ReactNode;
  columns: readonly Column[];
  /** A row of the table, with its key. */
  row: (item: Item) => ReactElement;
  /** Below this width, in pixels, it scrolls sideways. */
  minWidth?: number;
  className?: string | undefined;
  /** Whether the row under the pointer is set off. */
  highlightOnHover?: boolean;
};

/** The table of a screen that is a list, in every state: its header stays, its rows scroll. */
export function ListTable<Read, Item>(props: Props<Read, Item>) {
  const {
    name,
    query,
    items,
    empty,
    columns,
    row,
    minWidth,
    className = "",
    highlightOnHover = true,
  } = props;
  return (
    <Loaded query={query} what={name.toLowerCase()}>
      {(read) => {
        const listed = items(read);
        if (listed.length === 0) return empty;
        return (
          <div className={classes.scroll}>
            <Table
              className={[classes.table, className].filter(Boolean).join(" ")}
              {...(minWidth !== undefined && { miw: minWidth })}
              highlightOnHover={highlightOnHover}
              stickyHeader
              verticalSpacing={7}
              aria-label={name}
            >
              <Table.Thead>
                <Table.Tr>
                  {columns.map(({ label, width, isHidden }) => (
                    <Table.Th key={label} {...(width !== undefined && { w: width })}>
                      {isHidden ? <VisuallyHidden>{label}</VisuallyHidden> : label}
                    </Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>{listed.map(row)}</Table.Tbody>
            </Table>
          </div>
        );
      }}
    </Loaded>
  );
}
