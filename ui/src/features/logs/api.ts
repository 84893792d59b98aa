import { queryOptions, type QueryClient } from "@tanstack/react-query";

import { call, commands, type LogPage, type LogRef, type RunId } from "@/ipc";

const keys = {
  streams: (run: RunId) => ["logs", "streams", run] as const,
};

/** The stored logs of a run. */
export function logStreamsOptions(run: RunId) {
  return queryOptions({ queryKey: keys.streams(run), queryFn: () => call(commands.logStreams(run)) });
}

/** Says that more of a run's logs is stored. */
export function noteLogsGrew(client: QueryClient, runs: readonly RunId[]): void {
  for (const run of runs) void client.invalidateQueries({ queryKey: keys.streams(run) });
}

/** Reads on from a cursor. */
export function readLog(log: LogRef, from: number, limit: number): Promise<LogPage> {
  return call(commands.readLog(log, from, limit));
}

/** Reads what ends at a cursor, or at the end of the log. */
export function readLogBefore(log: LogRef, before: number | null, limit: number): Promise<LogPage> {
  return call(commands.readLogBefore(log, before, limit));
}
