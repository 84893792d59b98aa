import type { LogView } from "@/ipc";

/** Identity of a log within its run. */
export function logKey({ log }: LogView): string {
  return `${log.pod_uid}/${log.container}/${log.restart}`;
}

/** What the pods of a run are to each other: tries after one another, or copies side by side. */
export type PodWord = "Attempt" | "Copy";

/** How a log is called in the list of logs. */
export function logLabel(view: LogView, all: readonly LogView[], pod: PodWord): string {
  const { attempt, log } = view;
  const hasRestarts = all.some((other) => other.attempt === attempt && other.log.restart > 0);
  return `${pod} ${attempt} · ${log.container}${hasRestarts ? ` · start ${log.restart + 1}` : ""}`;
}

/** The log that is shown first: of the newest attempt, the last that has something to say. */
export function defaultLog(logs: readonly LogView[]): LogView | undefined {
  const newest = Math.max(...logs.map((log) => log.attempt));
  const candidates = logs.filter((log) => log.attempt === newest);
  return candidates.findLast((log) => log.lines > 0) ?? candidates.at(-1);
}
