import type { Preferences, ProjectView } from "@/ipc";

/** The project that is always there. */
export const DEFAULT_PROJECT = "default";

/** The project chosen last, unless it is gone. Pure. */
export function chosenProject(
  projects: readonly ProjectView[] | undefined,
  preferences: Preferences,
): string {
  const name = preferences.project ?? DEFAULT_PROJECT;
  // While the list is being read, what was chosen is taken at its word: nothing flickers at a start.
  return projects && !projects.some((project) => project.name === name) ? DEFAULT_PROJECT : name;
}
