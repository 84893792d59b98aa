import type { RunList, RunView } from "@/ipc";

/** What a batch of changes makes of a list, and whether the list must be read anew to be right. */
type Applied = { list: RunList; mustReload: boolean };

/**
 * Puts changed runs into a list. A revision that is not newer than the one shown is ignored, so the order in which
 * events and answers arrive cannot matter. A run that the list does not show, or one whose state changed, calls for
 * reading anew: filter, order and counts are the history's.
 */
export function applyRunsChanged(list: RunList, changed: readonly RunView[]): Applied {
  const news = new Map(changed.map((run) => [run.id, run]));
  let mustReload = false;
  let isSame = true;
  const runs = list.runs.map((shown) => {
    const fresh = news.get(shown.id);
    news.delete(shown.id);
    if (!fresh || !isNewer(fresh, shown)) return shown;
    isSame = false;
    if (fresh.state !== shown.state || fresh.archived !== shown.archived) mustReload = true;
    return fresh;
  });
  if (news.size > 0) mustReload = true;
  return { list: isSame ? list : { ...list, runs }, mustReload };
}

/** Tells whether a run replaces the one shown. Archiving changes no revision. */
export function isNewer(fresh: RunView, shown: RunView): boolean {
  if (fresh.revision !== shown.revision) return fresh.revision > shown.revision;
  return fresh.archived !== shown.archived;
}
