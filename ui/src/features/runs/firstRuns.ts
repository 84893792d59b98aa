import { hashKey, type QueryClient } from "@tanstack/react-query";

import { chosenProject } from "@/features/projects";
import type { FirstRuns, Preferences, RunFilter } from "@/ipc";

import { putFirstPage, runListOptions } from "./api";
import { newestFirst } from "./order";
import { effectiveSearch, filterOf } from "./search";

/**
 * Puts the list as it opens where the address asks for nothing, as it was last looked at, into what is cached: what was
 * read already where that is this list, else it is asked for. `fresh` is how long it needs not be asked for again, in
 * milliseconds.
 */
export async function putFirstRuns(
  client: QueryClient,
  preferences: Preferences,
  read: FirstRuns | null,
  fresh: number,
): Promise<void> {
  const remembered = preferences.run_lists?.[preferences.context ?? ""];
  const filter = {
    ...filterOf(effectiveSearch({}, remembered), remembered?.order ?? newestFirst, Date.now()),
    project: chosenProject(undefined, preferences),
  };
  const options = runListOptions(filter);
  client.setQueryDefaults(options.queryKey, { staleTime: fresh });
  if (read && meaning(read.filter) === meaning(filter)) putFirstPage(client, filter, read.list);
  else await client.prefetchInfiniteQuery(options);
}

/** What a filter asks for, as a text: what it leaves out asks for nothing. */
function meaning(filter: RunFilter): string {
  const says = ([, value]: [string, unknown]) =>
    value !== null && value !== undefined && value !== false && value !== 0 && !isEmpty(value);
  return hashKey([Object.fromEntries(Object.entries(filter).filter(says))]);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
