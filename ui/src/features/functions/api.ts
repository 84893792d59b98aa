import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { call, commands } from "@/ipc";

/** The project that is always there; choosing another comes with the screen of projects. */
export const PROJECT = "default";

export const functionKeys = {
  all: ["functions"] as const,
  list: ["functions", "list", PROJECT] as const,
  versions: (name: string) => ["functions", "versions", PROJECT, name] as const,
};

/** The functions of the project, latest versions. */
export function functionListOptions() {
  return queryOptions({ queryKey: functionKeys.list, queryFn: () => call(commands.listFunctions(PROJECT)) });
}

/** All versions of a function, newest first. */
export function functionVersionsOptions(name: string) {
  return queryOptions({
    queryKey: functionKeys.versions(name),
    queryFn: () => call(commands.functionVersions(PROJECT, name)),
  });
}

export function useDeleteFunction(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call(commands.deleteFunction(PROJECT, name)),
    onSuccess: () => client.invalidateQueries({ queryKey: functionKeys.all }),
  });
}

/** What is wrong with the text of a function file; nothing is saved. */
export function fileCheckOptions(text: string) {
  return queryOptions({
    queryKey: ["functions", "file", text],
    queryFn: () => call(commands.checkFile(text)),
    enabled: text.trim() !== "",
    gcTime: 0,
  });
}

/** Saves the functions of a file; resolves to their names. */
export function useImportFile() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (text: string) => call(commands.importFile(PROJECT, text)),
    onSuccess: () => client.invalidateQueries({ queryKey: functionKeys.all }),
  });
}
