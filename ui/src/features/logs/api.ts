import { queryOptions, useMutation, type QueryClient } from "@tanstack/react-query";

import { call, commands, type LogMatches, type LogPage, type LogRef, type RunId } from "@/ipc";

import { overwritten, parseSgr } from "./sgr";
import { defaultLog } from "./streams";

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

/** Finds lines that contain a text, from a cursor on, within one step's worth of bytes. */
export function searchLog(log: LogRef, text: string, from: number): Promise<LogMatches> {
  return call(commands.searchLog(log, text, from));
}

/** Writes a whole log into the person's downloads; resolves to the file's path. */
export function useSaveLog(log: LogRef, name: string) {
  return useMutation({ mutationFn: (withTimes: boolean) => call(commands.saveLog(log, name, withTimes)) });
}

/** Bytes of the end of a log that a preview reads. */
const TAIL_BYTES = 8 * 1024;

/** The last lines of the log that a run's page would show first, as text without colours. */
export function tailOptions(run: RunId) {
  return queryOptions({
    queryKey: [...keys.streams(run), "tail"],
    queryFn: async () => {
      const log = defaultLog(await call(commands.logStreams(run)));
      if (!log) return [];
      const page = await readLogBefore(log.log, null, TAIL_BYTES);
      return page.lines.map((line) =>
        parseSgr(overwritten(line.text))
          .map((span) => span.text)
          .join(""),
      );
    },
  });
}
