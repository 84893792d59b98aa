import { expect, test } from "vitest";

import { profileEffect } from "./effect";

test("a preset is taken, or what the run says itself wins", () => {
  const presets = [
    { path: "resources.mem.limits", value: "4Gi", origin: null },
    { path: "node_selector.disk", value: "ssd", origin: null },
    { path: "replicas", value: 2, origin: null },
  ];
  const values = [
    { path: "resources.mem.limits", value: "1Gi", origin: "task" as const },
    { path: "node_selector.disk", value: "ssd", origin: "profile" as const },
    { path: "image", value: "busybox", origin: "function" as const },
  ];
  expect(profileEffect(presets, values)).toEqual([
    { path: "resources.mem.limits", preset: "4Gi", own: "1Gi" },
    { path: "node_selector.disk", preset: "ssd", own: null },
  ]);
});
