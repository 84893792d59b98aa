import type { ErrorCode } from "@/ipc";

/** A try to launch that did not end well. */
export type LastTry = { id: string; content: string; code: ErrorCode };

/** After these the cluster may have the run: trying the same again must mean the same run. */
const unclear: readonly ErrorCode[] = ["outcome_unknown", "unreachable", "internal", "storage", "timed_out"];

/**
 * Decides under which id a form is launched: the id of the last try where its fate is unclear and nothing was changed
 * since, else a fresh one. So one form never makes two runs, and a changed form is never taken for the old one.
 */
export function launchId(last: LastTry | null, content: string, fresh: () => string): string {
  return last !== null && last.content === content && unclear.includes(last.code) ? last.id : fresh();
}
