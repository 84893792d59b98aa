export { applyChanges, forgetRuns, runTotalsOptions } from "./api";
export { RunList } from "./RunList";
export { RunPage, runTabs, type RunTab } from "./RunPage";
export { parseListSearch, type ListSearch } from "./search";
export { groupCount } from "./states";
