import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { useProject } from "@/features/projects";
import { call, commands } from "@/ipc";

const profileKeys = { list: (project: string) => ["profiles", project] as const };

/** The profiles of a project: what each presets. */
export function profileListOptions(project: string) {
  return queryOptions({
    queryKey: profileKeys.list(project),
    queryFn: () => call(commands.listProfiles(project)),
  });
}

/** Saves the profiles of a text as a file would hold it. */
export function useSaveProfiles() {
  const client = useQueryClient();
  const project = useProject();
  return useMutation({
    mutationFn: (text: string) => call(commands.saveProfiles(project, text)),
    onSuccess: () => client.invalidateQueries({ queryKey: profileKeys.list(project) }),
  });
}

export function useDeleteProfile(name: string) {
  const client = useQueryClient();
  const project = useProject();
  return useMutation({
    mutationFn: () => call(commands.deleteProfile(project, name)),
    onSuccess: () => client.invalidateQueries({ queryKey: profileKeys.list(project) }),
  });
}
