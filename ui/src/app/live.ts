import type { QueryClient } from "@tanstack/react-query";

import { noteConnections, noteStanding } from "@/features/clusters";
import { noteLogsGrew } from "@/features/logs";
import { applyChanges, forgetRuns } from "@/features/runs";
import { noteForwards } from "@/features/services";
import { listenToCore } from "@/ipc";

/** Puts what the core tells by itself into what is cached. Nothing depends on having heard everything. */
export function keepLive(client: QueryClient): () => void {
  return listenToCore({
    runsChanged: (runs) => {
      applyChanges(client, runs);
      noteStanding(client);
    },
    runsDeleted: (runs) => {
      forgetRuns(client, runs);
      noteStanding(client);
    },
    connectionsChanged: (connections) => noteConnections(client, connections),
    logsGrew: (runs) => noteLogsGrew(client, runs),
    forwardsChanged: (forwards) => noteForwards(client, forwards),
  });
}
