export { chosenProject } from "./chosen";
export { projectListOptions, useProject } from "./api";
export { ProjectSettings } from "./ProjectSettings";
export { ProjectSwitcher } from "./ProjectSwitcher";
