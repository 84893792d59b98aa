import { expect, test } from "vitest";

import { runView } from "@/test/builders";

import { doubled, memoryToTry } from "./advice";

test.each([
  ["512Mi", "1Gi"],
  ["256Mi", "512Mi"],
  ["1536Mi", "3Gi"],
  ["1Gi", "2Gi"],
  ["500M", "1000M"],
  ["1.5Gi", null],
  ["much", null],
])("twice %s is %s", (amount, expected) => {
  expect(doubled(amount)).toBe(expected);
});

test("out of memory offers twice the limit, where there is one", () => {
  const run = runView({ word: "failed", reason: "OutOfMemory" });
  const limit = { path: "resources.mem.limits", value: "512Mi", origin: null };
  expect(memoryToTry(run, [limit])).toBe("1Gi");
  expect(memoryToTry(run, [])).toBeNull();
  expect(memoryToTry(runView({ reason: "ExitCode" }), [limit])).toBeNull();
});
