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
