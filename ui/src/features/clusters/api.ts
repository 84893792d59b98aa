import { queryOptions, useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { call, commands, type ConnectionNotice, type ContextLook } from "@/ipc";

import { applyConnections } from "./connection";

const keys = {
  contexts: ["clusters", "contexts"] as const,
  check: (context: string) => ["clusters", "check", context] as const,
  engine: ["clusters", "engine"] as const,
  looks: ["clusters", "looks"] as const,
  standing: ["clusters", "standing"] as const,
  kubeconfigs: ["clusters", "kubeconfigs"] as const,
  localTools: ["clusters", "local tools"] as const,
  logBytes: ["clusters", "log bytes"] as const,
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

/** Live runs by context and what needs a look, from history; looked at now and then for what time alone changes. */
export function standingOptions() {
  return queryOptions({
    queryKey: keys.standing,
    queryFn: () => call(commands.standing()),
    refetchInterval: 10_000,
  });
}

/** What all logs take on disk, in bytes. */
export function logBytesOptions() {
  return queryOptions({
    queryKey: keys.logBytes,
    queryFn: () => call(commands.logBytes()),
    refetchInterval: 60_000,
    staleTime: 30_000,
  });
}

/** Reads anew how things stand after runs changed. */
export function noteStanding(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: keys.standing });
}

/** The kubeconfig files that the person chose, beside those that kubectl would read. */
export function chosenKubeconfigsOptions() {
  return queryOptions({ queryKey: keys.kubeconfigs, queryFn: () => call(commands.chosenKubeconfigs()) });
}

/** Reads one more kubeconfig file from now on. */
export function useAddKubeconfig() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (path: string) => call(commands.addKubeconfig(path)),
    onSuccess: () => noteKubeconfigs(client),
  });
}

/** Reads a chosen kubeconfig file no more. */
export function useRemoveKubeconfig() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (path: string) => call(commands.removeKubeconfig(path)),
    onSuccess: () => noteKubeconfigs(client),
  });
}

function noteKubeconfigs(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: keys.contexts });
  void client.invalidateQueries({ queryKey: keys.kubeconfigs });
}

/** Programs of this machine that make a local cluster. */
export function localToolsOptions() {
  return queryOptions({ queryKey: keys.localTools, queryFn: () => call(commands.localTools()) });
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
