import { queryOptions, useMutation, type QueryClient } from "@tanstack/react-query";

import { call, commands, type LogMatches, type LogRef, type RunId } from "@/ipc";

import { inLines, inPieces, PIECE_BYTES, type LogLine, type LogPiece } from "./lines";
import { overwritten, plain } from "./sgr";
import { defaultLog } from "./streams";

/** A line by its number, and where it begins in the log. */
export type LogPlace = Pick<LogLine, "number" | "at">;

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
export async function readLog(log: LogRef, from: number, limit: number): Promise<LogPiece> {
  return inLines(await call(commands.readLog(log, from, limit)));
}

/** More than the last line of what is read is long, mostly, in bytes. */
const LAST_LINE = 64 * 1024;

/** Reads the lines from one to another, both included, piece by piece. */
export async function readLines(log: LogRef, from: LogPlace, to: LogPlace): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  const read = (next: number) =>
    call(commands.readLog(log, next, Math.min(PIECE_BYTES, Math.max(to.at - next, 0) + LAST_LINE)));
  for await (const piece of inPieces(read, from.at)) {
    for (const line of piece.lines) if (line.number <= to.number) lines.push(line);
    if (piece.next > to.at) break;
  }
  return lines;
}

/** Reads what ends at a cursor, or at the end of the log. */
export async function readLogBefore(log: LogRef, before: number | null, limit: number): Promise<LogPiece> {
  return inLines(await call(commands.readLogBefore(log, before, limit)));
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
      return page.lines.map((line) => plain(overwritten(line.text)));
    },
  });
}
