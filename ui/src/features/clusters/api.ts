import { queryOptions, useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { call, commands, type ConnectionNotice, type ContextLook } from "@/ipc";

import { applyConnections } from "./connection";

const keys = {
  contexts: ["clusters", "contexts"] as const,
  check: (context: string) => ["clusters", "check", context] as const,
  engine: ["clusters", "engine"] as const,
  looks: ["clusters", "looks"] as const,
};

/** The contexts of all kubeconfig files; no cluster is asked. */
export function contextListOptions() {
  return queryOptions({ queryKey: keys.contexts, queryFn: () => call(commands.contexts()) });
}

/** Version and namespaces of a context: asks the cluster. */
export function contextCheckOptions(context: string) {
  return queryOptions({
    queryKey: keys.check(context),
    queryFn: () => call(commands.checkContext(context)),
    staleTime: 60_000,
  });
}

/** How the engine stands; looked at now and then for what no event tells. */
export function engineOptions() {
  return queryOptions({
    queryKey: keys.engine,
    queryFn: () => call(commands.engineStatus()),
    refetchInterval: 5000,
  });
}

/** Puts changed connections into what is shown. */
export function noteConnections(client: QueryClient, changed: readonly ConnectionNotice[]): void {
  client.setQueryData(engineOptions().queryKey, (engine) =>
    engine ? { ...engine, connections: applyConnections(engine.connections, changed) } : engine,
  );
}

const plain: ContextLook = {};

/** How contexts look, by name. */
export function contextLooksOptions() {
  return queryOptions({ queryKey: keys.looks, queryFn: () => call(commands.contextLooks()) });
}

/** How one context looks; plain until it is known. */
export function useContextLook(context: string | null): ContextLook {
  const looks = useQuery(contextLooksOptions());
  return (context === null ? undefined : looks.data?.[context]) ?? plain;
}

export function useSaveLook(context: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (look: ContextLook) => call(commands.saveContextLook(context, look)),
    // At once: the next change is made to what is shown.
    onMutate: (look) =>
      client.setQueryData(contextLooksOptions().queryKey, (all) => ({ ...all, [context]: look })),
    onSettled: () => client.invalidateQueries({ queryKey: keys.looks }),
  });
}
