import { expect, test } from "vitest";

import { fieldOf, sortProblems } from "./problems";

test.each([
  ["image", "image"],
  ["spec.image", "image"],
  ["function.spec.image", "image"],
  ["task.resources.mem.limits", "memory_limit"],
  ["resources.cpu.requests", "cpu_request"],
  ["resources.mem.limits.value", "memory_limit"],
  ["envs[2].name", "envs.2.name"],
  ["task.envs[0].value", "envs.0.value"],
  ["envs[1]", "envs.1.name"],
  ["args[3]", "args"],
  ["source.code", "code"],
  ["metadata.name", "name"],
  ["node_selector", "node_selector"],
  ["task.node_selector.disk", "node_selector"],
  ["node_selector[0].key", "node_selector.0.name"],
  ["tolerations[1].effect", "tolerations.1.effect"],
  ["tolerations[0].operator", "tolerations.0.key"],
  ["service_ports[0].node_port", "service_ports.0.node_port"],
  ["service_ports", "service_ports"],
  ["readiness_probe.path", "readiness_probe.path"],
  ["liveness_probe", "liveness_probe.kind"],
  ["secrets[1]", "secrets"],
  ["backoff_limit", "backoff_limit"],
  ["affinity.nodeAffinity", "affinity"],
  ["resources.gpu.limits", "gpu"],
  ["resources.gpu_key", "gpu_key"],
  ["volumes[0]", "volumes.0.object"],
  ["volumes[2].size_limit", "volumes.2.size"],
  ["service_name", "service_name"],
  ["spec.source.uri", "address"],
  ["document 1: name", "name"],
  ["document 2: spec.envs[1].name", "envs.1.name"],
  ["source", "code_from"],
  ["registry", null],
])("%s belongs to %s", (path, field) => {
  expect(fieldOf(path)).toBe(field);
});

test("several problems at one field are all told, and none gets lost", () => {
  const sorted = sortProblems([
    { path: "image", code: "a", message: "One." },
    { path: "spec.image", code: "b", message: "Two." },
    { path: "registry", code: "c", message: "Three." },
  ]);
  expect(sorted.fields.get("image")).toBe("One. Two.");
  expect(sorted.rest.map((problem) => problem.message)).toEqual(["Three."]);
});

test("a problem of a field that is not shown belongs to none", () => {
  const told = { path: "base_image", code: "a", message: "It is no image." };
  const sorted = sortProblems([told], (field) => field !== "base_image");
  expect(sorted.fields.size).toBe(0);
  expect(sorted.rest).toEqual([told]);
});

test("a branch that is none stands at its own field, not at the address", () => {
  const sorted = sortProblems([{ path: "source.uri", code: "source_reference", message: "No branch." }]);
  expect([...sorted.fields.keys()]).toEqual(["reference"]);
});
