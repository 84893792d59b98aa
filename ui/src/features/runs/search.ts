import type { RunFilter } from "@/ipc";

import { groups, isGroup, type Group } from "./states";

/** What the address of the list says. */
export type ListSearch = {
  text?: string | undefined;
  show?: Group | undefined;
  function?: string | undefined;
  archived?: boolean | undefined;
};

/** Reads the address; what makes no sense is left out. */
export function parseListSearch(raw: Record<string, unknown>): ListSearch {
  return {
    text: typeof raw.text === "string" || typeof raw.text === "number" ? String(raw.text) : undefined,
    show: isGroup(raw.show) ? raw.show : undefined,
    function: typeof raw.function === "string" ? raw.function : undefined,
    archived: raw.archived === true ? true : undefined,
  };
}

export function filterOf(search: ListSearch): RunFilter {
  return {
    states: search.show ? [...groups[search.show].states] : [],
    text: search.text ?? null,
    function: search.function ?? null,
    archived: search.archived ?? false,
  };
}

/** Tells whether anything is left out of the list. */
export function isNarrowed(search: ListSearch): boolean {
  return search.text !== undefined || search.show !== undefined || search.function !== undefined;
}
