import type { QueryClient } from "@tanstack/react-query";

import { contextListOptions, contextLooksOptions } from "@/features/clusters";
import { projectListOptions } from "@/features/projects";
import { firstRunsOptions, runTotalsOptions } from "@/features/runs";
import { preferencesOptions, startupOptions } from "@/features/settings";

/** How long the first drawing waits for what it is to show, in milliseconds; what comes later is drawn when it comes. */
const LONGEST = 300;

/**
 * Reads what the first screen shows before anything is drawn: a window that is drawn empty, painted, and then drawn again
 * is complete later than one that is drawn once. What fails is asked and told by the screen itself.
 */
export async function readFirstScreen(client: QueryClient): Promise<void> {
  const preferences = client.fetchQuery(preferencesOptions());
  const reads = [
    client.prefetchQuery(startupOptions()),
    client.prefetchQuery(contextListOptions()),
    client.prefetchQuery(contextLooksOptions()),
    client.prefetchQuery(projectListOptions()),
    client.prefetchQuery(runTotalsOptions()),
    preferences.then((known) => client.prefetchInfiniteQuery(firstRunsOptions(known, Date.now()))),
  ];
  const isTime = new Promise((resolve) => setTimeout(resolve, LONGEST));
  await Promise.race([Promise.allSettled(reads), isTime]);
  // The first drawing does not ask again for what was read a moment ago.
  const defaults = client.getDefaultOptions();
  client.setDefaultOptions({ ...defaults, queries: { ...defaults.queries, refetchOnMount: false } });
  setTimeout(() => client.setDefaultOptions(defaults), LONGEST);
}
