import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { usePreferences } from "@/features/settings";
import { call, commands, type ProjectView } from "@/ipc";

import { chosenProject } from "./chosen";

const keys = { list: ["projects"] as const };

/** The projects by name; `default` is always among them. */
export function projectListOptions() {
  return queryOptions({ queryKey: keys.list, queryFn: () => call(commands.projects()) });
}

/** The project that functions, runs and drafts are shown of. */
export function useProject(): string {
  const projects = useQuery(projectListOptions());
  const [preferences] = usePreferences();
  return chosenProject(projects.data, preferences);
}

/** Makes a project; resolves to it. */
export function useCreateProject() {
  const put = usePutProject();
  return useMutation({
    mutationFn: (name: string) => call(commands.createProject(name)),
    onSuccess: put,
  });
}

/** Says what a project is for. */
export function useDescribeProject(name: string) {
  const put = usePutProject();
  return useMutation({
    mutationFn: (description: string) => call(commands.describeProject(name, description)),
    onSuccess: put,
  });
}

/** Deletes a project without runs. */
export function useDeleteProject(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call(commands.deleteProject(name)),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.list }),
  });
}

/** Puts a project into the list at once, so that it can be chosen in the same breath. */
function usePutProject() {
  const client = useQueryClient();
  return (project: ProjectView) => {
    client.setQueryData(projectListOptions().queryKey, (known) =>
      [...(known ?? []).filter((other) => other.name !== project.name), project].sort((one, other) =>
        one.name.localeCompare(other.name),
      ),
    );
  };
}
