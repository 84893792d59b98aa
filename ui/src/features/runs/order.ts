import type { RunOrder, RunSort } from "@/ipc";

/** In which direction a first click on a header sorts: names from A, states from the beginning, times the latest. */
const startsAscending: Record<RunSort, boolean> = {
  made: false,
  started: false,
  duration: false,
  state: true,
  function: true,
  name: true,
};

/** The order of a list that nobody sorted: newest first. */
export const newestFirst: RunOrder = { by: "made", is_ascending: false };

/** The order after a click on a header: its usual direction, then the other, then newest first again. */
export function nextOrder(order: RunOrder, by: RunSort): RunOrder {
  const first = startsAscending[by];
  if (order.by !== by) return { by, is_ascending: first };
  return order.is_ascending === first ? { by, is_ascending: !first } : newestFirst;
}

/** How a header says its order to a screen reader. */
export function ariaSort(order: RunOrder, by: RunSort): "ascending" | "descending" | "none" {
  if (order.by !== by) return "none";
  return order.is_ascending ? "ascending" : "descending";
}
