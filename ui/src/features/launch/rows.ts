import { nextRow, typedRows, type RowList } from "./draft";
import type { SectionProps } from "./NewRun";

/** What is done with the rows of a list, and what is wrong in them. */
export type RowControls<Typed> = {
  set: (row: Typed, part: Partial<Typed>) => void;
  /** Adds a row that says what `blank` says. */
  add: (blank: Typed) => void;
  remove: (row: Typed) => void;
  /** What is wrong with a field of a row; nothing of one in which nothing was typed. */
  problem: (row: Typed, field: string) => string | undefined;
  onLeave: (row: Typed, field: string) => void;
};

/** Controls of a list of rows. Problems count the rows that were typed in; a blank one has none. */
export function rowControls<Typed extends { row: number }>(
  list: RowList,
  rows: readonly Typed[],
  { problem, onLeave }: Pick<SectionProps, "problem" | "onLeave">,
  change: (rows: Typed[]) => void,
): RowControls<Typed> {
  const typed = typedRows(rows, list);
  return {
    set: (row, part) => change(rows.map((other) => (other === row ? { ...other, ...part } : other))),
    add: (blank) => change([...rows, { ...blank, row: nextRow(rows) }]),
    remove: (row) => change(rows.filter((other) => other !== row)),
    problem: (row, field) => {
      const place = typed.indexOf(row);
      return place < 0 ? undefined : problem(`${list}.${place}.${field}`);
    },
    onLeave: (row, field) => {
      const place = typed.indexOf(row);
      if (place >= 0) onLeave(`${list}.${place}.${field}`);
    },
  };
}
