import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { useProject } from "@/features/projects";
import { call, commands } from "@/ipc";

const secretKeys = { list: (project: string) => ["secrets", project] as const };

/** The secrets of a project: names and where the values lie. */
export function secretListOptions(project: string) {
  return queryOptions({
    queryKey: secretKeys.list(project),
    queryFn: () => call(commands.listSecrets(project)),
  });
}

export type SecretPart = { name: string; value: string };

/** Sets secrets one after the other; the values are in no cache: they go with the call. */
export function useSetSecrets() {
  const client = useQueryClient();
  const project = useProject();
  return useMutation({
    mutationFn: async ({ parts, forSession }: { parts: readonly SecretPart[]; forSession: boolean }) => {
      for (const { name, value } of parts) await call(commands.setSecret(project, name, value, forSession));
    },
    gcTime: 0,
    // The first of two may be set where the second fails.
    onSettled: () => client.invalidateQueries({ queryKey: secretKeys.list(project) }),
  });
}

export function useDeleteSecret(name: string) {
  const client = useQueryClient();
  const project = useProject();
  return useMutation({
    mutationFn: () => call(commands.deleteSecret(project, name)),
    onSuccess: () => client.invalidateQueries({ queryKey: secretKeys.list(project) }),
  });
}
