import { expect, test } from "vitest";

import { readable } from "./yaml";

test("packed bytes are cut short, everything else stays as it is", () => {
  const packed = "KLUv/WCpAq0QAEZgXyJATfQ/".padEnd(400, "x");
  const yaml = `metadata:\n  annotations:\n    berth.dev/run-spec: >-\n      ${packed}==\n  name: train\n`;
  expect(readable(yaml)).toBe(
    "metadata:\n  annotations:\n    berth.dev/run-spec: >-\n      KLUv/WCpAq0QAEZgXyJATfQ/…\n  name: train\n",
  );
  const plain = `command: ${"python train.py ".repeat(20)}\n`;
  expect(readable(plain)).toBe(plain);
});
