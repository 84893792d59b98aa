import { queryOptions, skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { usePreferences } from "@/features/settings";
import { call, commands, type FileSource, type Generation, type ProjectView } from "@/ipc";

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

/** Which files an export writes; none is written. */
export function exportPlanOptions(project: string, path: string, generation: Generation) {
  return queryOptions({
    queryKey: ["projects", "export", project, path, generation],
    queryFn: path.trim() === "" ? skipToken : () => call(commands.planExport(project, path, generation)),
    // A file may come or go at any time.
    gcTime: 0,
  });
}

/** Writes a project into a file or folder; resolves to what was written. */
export function useExportProject(project: string) {
  return useMutation({
    mutationFn: (what: { path: string; generation: Generation; overwrites: boolean }) =>
      call(commands.exportProject(project, what.path, what.generation, what.overwrites)),
  });
}

/** What the import of a project would come to; nothing is saved. */
export function projectCheckOptions(project: string, into: string | null, source: FileSource | null) {
  return queryOptions({
    queryKey: ["projects", "file", project, into, source],
    queryFn: source === null ? skipToken : () => call(commands.checkProject(project, into, source)),
    gcTime: 0,
  });
}

/** Saves a project from its files; resolves to what was saved. */
export function useImportProject(project: string) {
  const client = useQueryClient();
  const put = usePutProject();
  return useMutation({
    mutationFn: ({ source, into }: { source: FileSource; into: string | null }) =>
      call(commands.importProject(project, into, source)),
    onSuccess: (imported) => {
      put(imported.project);
      return client.invalidateQueries({ queryKey: ["functions"] });
    },
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
