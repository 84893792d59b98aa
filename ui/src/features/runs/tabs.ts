/** What is told of a run, in the order of its tabs. */
export const runTabs = ["logs", "overview", "events", "yaml"] as const;
export type RunTab = (typeof runTabs)[number];
