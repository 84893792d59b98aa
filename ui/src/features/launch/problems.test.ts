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
  ["service_name", null],
])("%s belongs to %s", (path, field) => {
  expect(fieldOf(path)).toBe(field);
});

test("several problems at one field are all told, and none gets lost", () => {
  const sorted = sortProblems([
    { path: "image", code: "a", message: "One." },
    { path: "spec.image", code: "b", message: "Two." },
    { path: "service_name", code: "c", message: "Three." },
  ]);
  expect(sorted.fields.get("image")).toBe("One. Two.");
  expect(sorted.rest.map((problem) => problem.message)).toEqual(["Three."]);
});
