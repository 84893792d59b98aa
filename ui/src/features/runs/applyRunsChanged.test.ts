import { expect, test } from "vitest";

import { runList, runView } from "@/test/builders";

import { applyRunsChanged } from "./applyRunsChanged";

const running = runView({ id: "a", revision: 5, state: "RUNNING", word: "running" });
const list = runList([running, runView({ id: "b" })]);

test("a newer revision replaces the row", () => {
  const fresh = { ...running, revision: 6, message: "epoch 2" };
  const applied = applyRunsChanged(list, [fresh]);
  expect(applied.list.runs[0]).toEqual(fresh);
  expect(applied.list.runs[1]).toBe(list.runs[1]);
  expect(applied.mustReload).toBe(false);
});

test("an older revision is ignored, and the list stays the same object", () => {
  const stale = { ...running, revision: 4, state: "PENDING" as const };
  expect(applyRunsChanged(list, [stale])).toEqual({ list, mustReload: false });
  expect(applyRunsChanged(list, [stale]).list).toBe(list);
});

test("a changed state makes the counts stale", () => {
  const done = { ...running, revision: 6, state: "COMPLETED" as const, word: "succeeded" as const };
  const applied = applyRunsChanged(list, [done]);
  expect(applied.list.runs[0]?.word).toBe("succeeded");
  expect(applied.mustReload).toBe(true);
});

test("a run that is not shown calls for reading anew", () => {
  expect(applyRunsChanged(list, [runView({ id: "new" })])).toEqual({ list, mustReload: true });
});
