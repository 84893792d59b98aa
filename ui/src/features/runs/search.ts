import type { RunFilter } from "@/ipc";

import { groups, isGroup, type Group } from "./states";

/** What the address of the list says. */
export type ListSearch = {
  text?: string | undefined;
  show?: Group | undefined;
  function?: string | undefined;
  archived?: boolean | undefined;
  /** Only runs made since then. */
  since?: Since | undefined;
};

/** Lengths of time that the list can be narrowed to, in hours. */
export const sinceHours = { day: 24, week: 7 * 24, month: 30 * 24 } as const;

export type Since = keyof typeof sinceHours;

export function isSince(value: unknown): value is Since {
  return typeof value === "string" && value in sinceHours;
}

/** Reads the address; what makes no sense is left out. */
export function parseListSearch(raw: Record<string, unknown>): ListSearch {
  return {
    text: typeof raw.text === "string" || typeof raw.text === "number" ? String(raw.text) : undefined,
    show: isGroup(raw.show) ? raw.show : undefined,
    function: typeof raw.function === "string" ? raw.function : undefined,
    archived: raw.archived === true ? true : undefined,
    since: isSince(raw.since) ? raw.since : undefined,
  };
}

/** The filter that an address means. A length of time is counted from `now`, to the minute, so that it stays one question. */
export function filterOf(search: ListSearch, now: number): RunFilter {
  const minute = Math.floor(now / 60_000) * 60_000;
  return {
    states: search.show ? [...groups[search.show].states] : [],
    text: search.text ?? null,
    function: search.function ?? null,
    archived: search.archived ?? false,
    since: search.since ? new Date(minute - sinceHours[search.since] * 3_600_000).toISOString() : null,
  };
}

/** Tells whether anything is left out of the list. */
export function isNarrowed(search: ListSearch): boolean {
  const { text, show, since } = search;
  return [text, show, since, search.function].some((part) => part !== undefined);
}
