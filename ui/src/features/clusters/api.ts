import { queryOptions, type QueryClient } from "@tanstack/react-query";

import { call, commands, type ConnectionNotice } from "@/ipc";

import { applyConnections } from "./connection";

const keys = {
  contexts: ["clusters", "contexts"] as const,
  check: (context: string) => ["clusters", "check", context] as const,
  engine: ["clusters", "engine"] as const,
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
