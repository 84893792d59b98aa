import type { ConnectionNotice, EngineView } from "@/ipc";
import { bytes, clockTime, plural, sentence } from "@/shared/format";

/** Replaces what is known of the same place. */
export function applyConnections(
  known: readonly ConnectionNotice[],
  changed: readonly ConnectionNotice[],
): ConnectionNotice[] {
  const kept = known.filter((old) => !changed.some((fresh) => isSamePlace(old, fresh)));
  return [...kept, ...changed];
}

function isSamePlace(one: ConnectionNotice, other: ConnectionNotice): boolean {
  return (
    one.kubeconfig === other.kubeconfig && one.context === other.context && one.namespace === other.namespace
  );
}

/** Worst first: what the pill shows when places differ. */
const order: Record<ConnectionNotice["state"], number> = {
  denied: 0,
  gone: 1,
  stale: 2,
  catching_up: 3,
  live: 4,
};

/** Connection in words, with its tone. */
type Pill = { tone: "good" | "busy" | "bad" | "idle"; text: string; detail: string | null };

/** What the pill says of all connections. */
export function connectionPill(engine: EngineView | undefined): Pill {
  if (!engine) return { tone: "idle", text: "Starting", detail: null };
  const [worst] = [...engine.connections].sort((one, other) => order[one.state] - order[other.state]);
  if (worst) {
    const place = `${worst.context} / ${worst.namespace}`;
    return { ...placePill(worst), detail: [place, worst.message].filter(Boolean).join(": ") };
  }
  if (!engine.is_ours) {
    return {
      tone: "good",
      text: "Watched by another Berth",
      detail: "Another program of this data folder watches the runs.",
    };
  }
  return { tone: "idle", text: "Nothing to watch", detail: "No run is live." };
}

/** What the pill says of one connection. */
export function placePill(connection: ConnectionNotice): Omit<Pill, "detail"> {
  switch (connection.state) {
    case "live":
      return { tone: "good", text: "Live" };
    case "catching_up":
      return { tone: "busy", text: "Catching up" };
    case "stale":
      return { tone: "bad", text: `Stale since ${clockTime(connection.since)}` };
    case "denied":
      return { tone: "bad", text: "Denied" };
    case "gone":
      return { tone: "bad", text: "Namespace gone" };
  }
}

/** Connections whose runs are shown as of an earlier time; those of one place where one is given. */
export function staleConnections(
  connections: readonly ConnectionNotice[],
  place?: { context: string; namespace: string },
): ConnectionNotice[] {
  return connections.filter(
    (connection) =>
      connection.state !== "live" &&
      connection.state !== "catching_up" &&
      (!place || (place.context === connection.context && place.namespace === connection.namespace)),
  );
}

/** One sentence for a connection that shows an earlier time. */
export function staleSentence(connection: ConnectionNotice): string {
  const place = `${connection.context} / ${connection.namespace}`;
  const since = clockTime(connection.since);
  const why = connection.message ? ` ${sentence(connection.message)}` : "";
  switch (connection.state) {
    case "denied":
      return `${place} does not let Berth look: what is shown is as of ${since}.${why}`;
    case "gone":
      return `The namespace of ${place} is gone: what is shown is as of ${since}.${why}`;
    default:
      return `Nothing was heard from ${place} since ${since}: runs may have changed meanwhile.${why}`;
  }
}

/** What the status bar says of the engine's work. */
export function engineWords(engine: EngineView | undefined, running: number, logBytes?: number): string {
  const parts = [`${running} running`];
  if (engine && engine.captures > 0) parts.push(`capturing ${plural(engine.captures, "log")}`);
  if (logBytes) parts.push(`logs ${bytes(logBytes)}`);
  return parts.join(" · ");
}
