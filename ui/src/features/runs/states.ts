import type { AttemptState, RunDetails, RunState, RunView, StatusWord } from "@/ipc";
import { copiesText } from "@/shared/format";

/** A colour with a meaning; style.css holds both themes' values. */
type StateColour = "grey" | "violet" | "amber" | "blue" | "green" | "red";

/** Waiting is normal at first: grey until it has lasted this long, in milliseconds. */
const PATIENCE = 30_000;

const labels: Record<StatusWord, string> = {
  submitted: "Submitted",
  queued: "Queued",
  pending: "Pending",
  starting: "Starting",
  running: "Running",
  ready: "Ready",
  scheduled: "Scheduled",
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
  scheduled: "blue",
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

const storedLabels: Record<RunState, string> = {
  CREATED: "Created",
  BUILT: "Prepared",
  READY: "Held",
  PENDING: "Pending",
  RUNNING: "Running",
  COMPLETED: "Succeeded",
  ERROR: "Failed",
  STOP: "Stopping",
  STOPPED: "Stopped",
  DELETING: "Deleting",
  DELETED: "Deleted",
};

/** A state as the history keeps it, one for each step of a run. */
export function storedStateLabel(state: RunState): string {
  return storedLabels[state];
}

/** How an attempt stands or ended: its states are called as those of runs are. */
export function attemptLabel(state: AttemptState): string {
  return labels[state];
}

/** The colour of a run's state; what waits too long, or is blocked, turns amber. */
export function stateColour(run: RunView, now: number): StateColour {
  const isWaiting = run.word === "pending" || run.word === "queued";
  const isBlocked = run.phase === "blocked" && run.word !== "stopped" && run.word !== "failed";
  if (isBlocked || (isWaiting && now - Date.parse(run.created) > PATIENCE)) return "amber";
  return colours[run.word];
}

/** Whether a run goes on until it is stopped, as a number of copies. */
export function isService(run: RunView): boolean {
  return run.action === "serve" || run.action === "deploy";
}

/** Whether a run starts others, again and again. */
export function isSchedule({ run, values }: Pick<RunDetails, "run" | "values">): boolean {
  return run.action === "job" && values.some(({ path }) => path === "schedule");
}

/** What a list says beside the state: why, or what it is doing. */
export function progress(run: RunView): string {
  if (run.message) return run.message;
  if (run.reason) return reasonWords(run.reason);
  if (run.word === "ready" && run.copies) return copiesText(run.copies);
  if (isService(run)) return run.is_final ? "" : run.doing;
  if (run.is_final) return run.attempts > 1 ? `${run.attempts} attempts` : "";
  if (run.attempts > 1) return `${run.doing}, attempt ${run.attempts}`;
  // The state says as much already.
  return run.doing === run.word ? "" : run.doing;
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
