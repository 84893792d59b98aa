import type { Action, RunFilter, RunListChoice, RunOrder } from "@/ipc";

import { groups, isGroup, type Group } from "./states";

/** What narrows the list down. */
export type ListSearch = {
  text?: string | undefined;
  show?: Group | undefined;
  function?: string | undefined;
  action?: Action | undefined;
  /** A label of functions: `key=value`, or `key` alone. */
  label?: string | undefined;
  archived?: boolean | undefined;
  /** Only runs made since then. */
  since?: Since | undefined;
};

/** Lengths of time that the list can be narrowed to, in hours. */
const sinceHours = { day: 24, week: 7 * 24, month: 30 * 24 } as const;

type Since = keyof typeof sinceHours;

export function isSince(value: unknown): value is Since {
  return typeof value === "string" && value in sinceHours;
}

/** What a run may do, in words. */
export const actionLabels: Record<Action, string> = {
  job: "Job",
  serve: "Service",
  deploy: "Deployment",
  build: "Build",
};

export function isAction(value: unknown): value is Action {
  return typeof value === "string" && value in actionLabels;
}

/** Reads the address or what was remembered; what makes no sense is left out. */
export function parseListSearch(raw: Record<string, unknown>): ListSearch {
  const word = (value: unknown) =>
    (typeof value === "string" && value !== "") || typeof value === "number" ? String(value) : undefined;
  return {
    text: word(raw.text),
    show: isGroup(raw.show) ? raw.show : undefined,
    function: word(raw.function),
    action: isAction(raw.action) ? raw.action : undefined,
    label: word(raw.label),
    archived: raw.archived === true ? true : undefined,
    since: isSince(raw.since) ? raw.since : undefined,
  };
}

/**
 * What the list shows: the filters of the address where it has some (a link from elsewhere), else those that were last
 * chosen. The text is always the address's: it is a question, not a way to look at things.
 */
export function effectiveSearch(address: ListSearch, remembered: RunListChoice | undefined): ListSearch {
  const { text, ...filters } = address;
  const isAsked = Object.values(filters).some((part) => part !== undefined);
  return { ...(isAsked ? filters : parseListSearch({ ...remembered, text: undefined })), text };
}

/** What is remembered of a list. */
export function choiceOf(
  { show, action, label, since, ...search }: ListSearch,
  order: RunOrder,
): RunListChoice {
  const or = <T>(value: T | undefined) => value ?? null;
  return {
    show: or(show),
    function: or(search.function),
    action: or(action),
    label: or(label),
    since: or(since),
    archived: search.archived ?? false,
    order,
  };
}

/** The filter that a search means. A length of time is counted from `now`, to the minute, so that it stays one question. */
export function filterOf(search: ListSearch, order: RunOrder, now: number): RunFilter {
  const minute = Math.floor(now / 60_000) * 60_000;
  return {
    states: search.show ? [...groups[search.show].states] : [],
    text: search.text ?? null,
    function: search.function ?? null,
    action: search.action ?? null,
    label: search.label ?? null,
    archived: search.archived ?? false,
    since: search.since ? new Date(minute - sinceHours[search.since] * 3_600_000).toISOString() : null,
    order,
  };
}

/** Tells whether anything is left out of the list. */
export function isNarrowed({ text, show, since, action, label, ...search }: ListSearch): boolean {
  return [text, show, since, action, label, search.function].some((part) => part !== undefined);
}
