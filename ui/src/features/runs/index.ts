import { lazily } from "@/shared/lazily";

export { applyChanges, forgetRuns, reloadRuns, runListOptions, runTotalsOptions } from "./api";
export { putFirstRuns } from "./firstRuns";
export { RunList } from "./RunList";
export { RunStateBadge } from "./RunStateBadge";
export { runTabs, type RunTab } from "./tabs";
export { parseListSearch, type ListSearch } from "./search";
export { groupCount } from "./states";

// Parts that the first screen does without.
export const RunPage = lazily(async () => (await import("./RunPage")).RunPage);
export const ServiceList = lazily(async () => (await import("./ServiceList")).ServiceList);
