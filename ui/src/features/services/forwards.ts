import type { ForwardState, ForwardView } from "@/ipc";

/** Puts changed forwards in the place of those known; closed ones go. By local port. */
export function applyForwards(known: readonly ForwardView[], changed: readonly ForwardView[]): ForwardView[] {
  const key = (view: ForwardView) => `${view.run}:${view.port}`;
  const all = new Map(known.map((view) => [key(view), view]));
  for (const view of changed) {
    if (view.state === "closed") all.delete(key(view));
    else all.set(key(view), view);
  }
  return [...all.values()].sort((one, other) => one.local_port - other.local_port);
}

const words: Record<ForwardState, string> = {
  connecting: "Connecting",
  ready: "Ready",
  waiting: "No copy is ready",
  offline: "The cluster does not answer",
  closed: "Closed",
};

const colours: Record<ForwardState, string> = {
  connecting: "blue",
  ready: "green",
  waiting: "yellow",
  offline: "yellow",
  closed: "gray",
};

export function forwardWords(state: ForwardState): string {
  return words[state];
}

export function forwardColour(state: ForwardState): string {
  return colours[state];
}
