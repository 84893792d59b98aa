export { applyChanges, forgetRuns, runListOptions, runTotalsOptions } from "./api";
export { firstRunsOptions } from "./firstRuns";
export { RunList } from "./RunList";
export { RunStateBadge } from "./RunStateBadge";
export { RunPage, runTabs, type RunTab } from "./RunPage";
export { parseListSearch, type ListSearch } from "./search";
export { ServiceList } from "./ServiceList";
export { groupCount } from "./states";
