import { expect, test } from "vitest";

import type { ConnectionNotice, ContextView, EngineView } from "@/ipc";

import { applyConnections, connectionPill, engineWords, staleConnections, staleSentence } from "./connection";
import { chosenPlace } from "./place";

function connection(rest: Partial<ConnectionNotice> = {}): ConnectionNotice {
  return {
    context: "lab",
    kubeconfig: "/k",
    namespace: "team",
    state: "live",
    since: "2026-03-10T12:00:00Z",
    message: null,
    ...rest,
  };
}

function engine(rest: Partial<EngineView> = {}): EngineView {
  return { is_ours: true, captures: 0, connections: [], ...rest };
}

test("the same place is replaced, others stay", () => {
  const known = [connection(), connection({ namespace: "other" })];
  const fresh = connection({ state: "stale" });
  expect(applyConnections(known, [fresh])).toEqual([known[1], fresh]);
});

test("the pill shows the worst connection", () => {
  const connections = [connection(), connection({ namespace: "b", state: "denied", message: "No." })];
  expect(connectionPill(engine({ connections }))).toEqual({
    tone: "bad",
    text: "Denied",
    detail: "lab / b: No.",
  });
  expect(connectionPill(engine({ connections: [connection()] })).text).toBe("Live");
  expect(connectionPill(engine()).text).toBe("Nothing to watch");
  expect(connectionPill(engine({ is_ours: false })).text).toBe("Watched by another Berth");
  expect(connectionPill(undefined).tone).toBe("idle");
});

test("a run is stale only through its own place", () => {
  const connections = [connection(), connection({ namespace: "b", state: "stale" })];
  expect(staleConnections(connections)).toHaveLength(1);
  expect(staleConnections(connections, { context: "lab", namespace: "team" })).toHaveLength(0);
  expect(staleConnections(connections, { context: "lab", namespace: "b" })).toHaveLength(1);
});

test("the bar counts", () => {
  expect(engineWords(engine({ captures: 1 }), 2)).toBe("2 running · capturing 1 log");
  expect(engineWords(undefined, 0)).toBe("0 running");
});

function context(name: string, rest: Partial<ContextView> = {}): ContextView {
  return {
    name,
    kubeconfig: "/k",
    cluster: "c",
    user: "u",
    namespace: null,
    server: null,
    is_current: false,
    problem: null,
    ...rest,
  };
}

test("the place is the one chosen last, else the current one, never a broken one", () => {
  const contexts = [
    context("a"),
    context("b", { is_current: true, namespace: "own" }),
    context("c", { problem: "x" }),
  ];
  const list = { contexts, problems: [] };
  expect(chosenPlace(list, {})).toEqual({ context: "b", namespace: "own" });
  expect(chosenPlace(list, { context: "a" })).toEqual({ context: "a", namespace: "default" });
  expect(chosenPlace(list, { context: "a", namespaces: { a: "mine" } })).toEqual({
    context: "a",
    namespace: "mine",
  });
  expect(chosenPlace(list, { context: "c" }).context).toBe("b");
  expect(chosenPlace(list, { context: "gone" }).context).toBe("b");
  expect(chosenPlace({ contexts: [], problems: [] }, {})).toEqual({ context: null, namespace: "default" });
});

test("why nothing was heard is a sentence of its own", () => {
  const stale = connection({ state: "stale", message: "the cluster cannot be reached" });
  expect(staleSentence(stale)).toMatch(/changed meanwhile\. The cluster cannot be reached\.$/);
});
