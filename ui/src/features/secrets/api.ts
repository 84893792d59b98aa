import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { useProject } from "@/features/projects";
import { call, commands, type Login } from "@/ipc";

const secretKeys = { list: (project: string) => ["secrets", project] as const };

/** The secrets of a project: names and where the values lie. */
export function secretListOptions(project: string) {
  return queryOptions({
    queryKey: secretKeys.list(project),
    queryFn: () => call(commands.listSecrets(project)),
  });
}

/** Sets a secret; its value is in no cache: it goes with the call. */
export function useSetSecret() {
  return useKeeping(
    (project, { name, value, forSession }: { name: string; value: string; forSession: boolean }) =>
      call(commands.setSecret(project, name, value, forSession)),
  );
}

/** Sets what signs in somewhere, as the secrets that it comes to. */
export function useSetLogin() {
  return useKeeping((project, { login, forSession }: { login: Login; forSession: boolean }) =>
    call(commands.setLogin(project, login, forSession)),
  );
}

function useKeeping<What>(keep: (project: string, what: What) => Promise<unknown>) {
  const client = useQueryClient();
  const project = useProject();
  return useMutation({
    mutationFn: (what: What) => keep(project, what),
    gcTime: 0,
    // The first of several may be set where another fails.
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
