import { chosenProject } from "@/features/projects";
import type { Preferences } from "@/ipc";

import { runListOptions } from "./api";
import { newestFirst } from "./order";
import { effectiveSearch, filterOf } from "./search";

/** The list as it opens where the address asks for nothing: as it was last looked at. */
export function firstRunsOptions(preferences: Preferences, now: number) {
  const remembered = preferences.run_lists?.[preferences.context ?? ""];
  const filter = filterOf(effectiveSearch({}, remembered), remembered?.order ?? newestFirst, now);
  return runListOptions({ ...filter, project: chosenProject(undefined, preferences) });
}
