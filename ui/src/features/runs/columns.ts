import type { RunSort } from "@/ipc";

/** The columns of the list that can be hidden; state and run always show. */
export const optionalColumns = {
  function: "Function",
  action: "Action",
  place: "Context / namespace",
  started: "Started",
  duration: "Duration",
  reason: "Reason / progress",
} as const;

export type Column = keyof typeof optionalColumns;

/** Widths of columns, in pixels, at least. Together they leave room for a reason in the smallest window. */
const widths: Record<Column, number> = {
  function: 115,
  action: 72,
  place: 160,
  started: 100,
  duration: 92,
  reason: 110,
};

/** The same of the box, the state and the run, which always show. */
const ALWAYS = [38, 128, 193];

/** How wide the columns that show are at least, in pixels. */
export function leastWidth(columns: ReadonlySet<Column>): number {
  return [...ALWAYS, ...[...columns].map((name) => widths[name])].reduce((sum, width) => sum + width, 0);
}

/** Widths of the columns that show, as CSS says them; the reason, or else the run, takes what is left. */
export function template(columns: ReadonlySet<Column>): string {
  const [box, state, run] = ALWAYS.map((width) => `${width}px`);
  const rest = [...columns].map((name) => (name === "reason" ? "1fr" : `${widths[name]}px`));
  return [box, state, columns.has("reason") ? run : "1fr", ...rest].join(" ");
}

/** What the list can be sorted by, by its column. */
export const sorts: Partial<Record<Column, RunSort>> = {
  function: "function",
  started: "started",
  duration: "duration",
};

export const columnNames: readonly Column[] = [
  "function",
  "action",
  "place",
  "started",
  "duration",
  "reason",
];

/** Which columns show. The place shows only where the runs shown have several: one would say the same in each row. */
export function shownColumns(hidden: readonly string[], hasSeveralPlaces: boolean): ReadonlySet<Column> {
  return new Set(
    columnNames.filter((name) => !hidden.includes(name) && (name !== "place" || hasSeveralPlaces)),
  );
}

/** The hidden columns after one was switched. */
export function toggleColumn(hidden: readonly string[], name: Column): string[] {
  return hidden.includes(name) ? hidden.filter((other) => other !== name) : [...hidden, name];
}
