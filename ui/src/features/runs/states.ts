import type { RunState, RunView, StatusWord } from "@/ipc";

/** A colour with a meaning; style.css holds both themes' values. */
export type StateColour = "grey" | "violet" | "amber" | "blue" | "green" | "red";

/** Waiting is normal at first: grey until it has lasted this long, in milliseconds. */
const PATIENCE = 30_000;

const labels: Record<StatusWord, string> = {
  submitted: "Submitted",
  queued: "Queued",
  pending: "Pending",
  starting: "Starting",
  running: "Running",
  ready: "Ready",
  succeeded: "Succeeded",
  failed: "Failed",
  stopping: "Stopping",
  stopped: "Stopped",
  lost: "Lost",
  deleted: "Deleted",
};

const colours: Record<StatusWord, StateColour> = {
  submitted: "grey",
  queued: "violet",
  pending: "grey",
  starting: "blue",
  running: "blue",
  ready: "green",
  succeeded: "green",
  failed: "red",
  stopping: "grey",
  stopped: "grey",
  lost: "grey",
  deleted: "grey",
};

export function stateLabel(word: StatusWord): string {
  return labels[word];
}

/** The colour of a run's state; what waits too long, or is blocked, turns amber. */
export function stateColour(run: RunView, now: number): StateColour {
  const isWaiting = run.word === "pending" || run.word === "queued";
  if (run.phase === "blocked" || (isWaiting && now - Date.parse(run.created) > PATIENCE)) return "amber";
  return colours[run.word];
}

/** What a list says beside the state: why, or what it is doing. */
export function progress(run: RunView): string {
  if (run.message) return run.message;
  if (run.reason) return reasonWords(run.reason);
  if (run.is_final) return run.attempts > 1 ? `${run.attempts} attempts` : "";
  return run.attempts > 1 ? `${run.doing}, attempt ${run.attempts}` : run.doing;
}

/** A reason's stored word, with its parts set apart: "OutOfMemory" reads "Out of memory". */
export function reasonWords(reason: string): string {
  const parts = reason.replace(/([a-z])([A-Z])/g, "$1 $2").split(" ");
  return parts
    .map((part, index) => (index === 0 || /^[A-Z]{2,}/.test(part) ? part : part.toLowerCase()))
    .join(" ");
}

/** How long a run took, or takes until now; `null` before it started. */
export function elapsed(run: RunView, now: number): number | null {
  const start = run.started ?? (run.is_final ? null : run.created);
  if (start === null) return null;
  const end = run.finished === null ? now : Date.parse(run.finished);
  return end - Date.parse(start);
}

/** The choices above the list, each with the states that it means. */
export const groups = {
  running: { label: "Running", states: ["RUNNING"] },
  waiting: { label: "Pending", states: ["CREATED", "BUILT", "READY", "PENDING"] },
  failed: { label: "Failed", states: ["ERROR"] },
  succeeded: { label: "Succeeded", states: ["COMPLETED"] },
  stopped: { label: "Stopped", states: ["STOP", "STOPPED", "DELETING", "DELETED"] },
} as const satisfies Record<string, { label: string; states: readonly RunState[] }>;

export type Group = keyof typeof groups;

export const groupNames: readonly Group[] = ["running", "waiting", "failed", "succeeded", "stopped"];

export function isGroup(name: unknown): name is Group {
  return groupNames.some((known) => known === name);
}

/** Adds the counts of a group's states up. */
export function groupCount(counts: readonly { state: RunState; count: number }[], group: Group): number {
  const states: readonly RunState[] = groups[group].states;
  return counts.reduce((sum, entry) => (states.includes(entry.state) ? sum + entry.count : sum), 0);
}
