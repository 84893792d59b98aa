import { lazily } from "@/shared/lazily";

export { chosenProject } from "./chosen";
export { projectListOptions, useProject } from "./api";

// Parts that the first screen does without.
export const ProjectSettings = lazily(async () => (await import("./ProjectSettings")).ProjectSettings);
export const ProjectSwitcher = lazily(async () => (await import("./ProjectSwitcher")).ProjectSwitcher);
