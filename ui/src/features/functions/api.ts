import { queryOptions, skipToken, useMutation, useQueryClient } from "@tanstack/react-query";

import { useProject } from "@/features/projects";
import { call, commands, type FileSource } from "@/ipc";

export const functionKeys = {
  all: ["functions"] as const,
  list: (project: string) => ["functions", "list", project] as const,
  names: (project: string) => ["functions", "names", project] as const,
  versions: (project: string, name: string) => ["functions", "versions", project, name] as const,
};

/** The functions of a project, latest versions. */
export function functionListOptions(project: string) {
  return queryOptions({
    queryKey: functionKeys.list(project),
    queryFn: () => call(commands.listFunctions(project)),
  });
}

/** The names of a project's functions and their labels: enough to choose from. */
export function functionNamesOptions(project: string) {
  return queryOptions({
    queryKey: functionKeys.names(project),
    queryFn: () => call(commands.functionNames(project)),
  });
}

/** All versions of a function, newest first. */
export function functionVersionsOptions(project: string, name: string) {
  return queryOptions({
    queryKey: functionKeys.versions(project, name),
    queryFn: () => call(commands.functionVersions(project, name)),
  });
}

export function useDeleteFunction(name: string) {
  const client = useQueryClient();
  const project = useProject();
  return useMutation({
    mutationFn: () => call(commands.deleteFunction(project, name)),
    onSuccess: () => client.invalidateQueries({ queryKey: functionKeys.all }),
  });
}

/** What a function file would come to; nothing is saved. */
export function fileCheckOptions(project: string, source: FileSource | null) {
  return queryOptions({
    queryKey: ["functions", "file", project, source],
    queryFn: source === null ? skipToken : () => call(commands.checkFile(project, source)),
    gcTime: 0,
  });
}

/** Saves the functions of a file in the project; resolves to their names. */
export function useImportFile() {
  const client = useQueryClient();
  const project = useProject();
  return useMutation({
    mutationFn: (source: FileSource) => call(commands.importFile(project, source)),
    onSuccess: () => client.invalidateQueries({ queryKey: functionKeys.all }),
  });
}
