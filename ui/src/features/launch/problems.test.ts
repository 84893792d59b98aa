import { expect, test } from "vitest";

import { fieldOf, sortProblems } from "./problems";

test.each([
  ["image", "image"],
  ["spec.image", "image"],
  ["function.spec.image", "image"],
  ["task.resources.mem.limits", "memoryLimit"],
  ["resources.cpu.requests", "cpuRequest"],
  ["resources.mem.limits.value", "memoryLimit"],
  ["envs[2].name", "envs.2.name"],
  ["task.envs[0].value", "envs.0.value"],
  ["envs[1]", "envs.1.name"],
  ["args[3]", "args"],
  ["source.code", "code"],
  ["metadata.name", "name"],
  ["node_selector", "nodeSelector"],
  ["task.node_selector.disk", "nodeSelector"],
  ["tolerations[1].effect", "tolerations.1"],
  ["backoff_limit", "backoffLimit"],
  ["affinity.nodeAffinity", null],
])("%s belongs to %s", (path, field) => {
  expect(fieldOf(path)).toBe(field);
});

test("several problems at one field are all told, and none gets lost", () => {
  const sorted = sortProblems([
    { path: "image", code: "a", message: "One." },
    { path: "spec.image", code: "b", message: "Two." },
    { path: "volumes[0]", code: "c", message: "Three." },
  ]);
  expect(sorted.fields.get("image")).toBe("One. Two.");
  expect(sorted.rest.map((problem) => problem.message)).toEqual(["Three."]);
});
