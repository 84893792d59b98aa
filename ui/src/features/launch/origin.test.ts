import { expect, test } from "vitest";

import { emptyDraft, toDraft, toForm } from "./draft";
import { differences, draftKey, keptNames } from "./origin";

const place = { context: "lab", namespace: "team", project: "default" };

const form = toForm(
  {
    ...emptyDraft,
    name: "train",
    image: "python:3.11",
    command: "python train.py",
    args: "--lr\n0.1",
    envs: [{ row: 0, name: "A", value: "1" }],
    node_selector: [{ row: 0, name: "disk", value: "ssd" }],
    tolerations: [{ row: 0, key: "gpu", value: "", effect: "NoSchedule", seconds: "" }],
    memory_limit: "512Mi",
    backoff_limit: "2",
    security: "restricted",
    kept: { function: null, task: { affinity: {} } },
    parent: "11111111-1111-4111-8111-111111111111",
  },
  "id",
  place,
);

test("a form filled from another says the same", () => {
  const again = toForm(toDraft(form), "id", place);
  expect(again).toEqual(form);
  expect(differences(form, again)).toEqual([]);
});

test("what was changed is told by its field", () => {
  const draft = toDraft(form);
  const after = toForm(
    {
      ...draft,
      memory_limit: "1Gi",
      envs: [
        { row: 0, name: "A", value: "2" },
        { row: 1, name: "B", value: "x" },
      ],
      node_selector: [],
    },
    "id",
    place,
  );
  expect(differences(form, after)).toEqual([
    { field: "Memory at most", before: "512Mi", after: "1Gi" },
    { field: "A", before: "1", after: "2" },
    { field: "B", before: "", after: "x" },
    { field: "Node label disk", before: "ssd", after: "" },
  ]);
});

test("each origin has a draft of its own", () => {
  const keys = [
    draftKey({}, "default"),
    draftKey({ from: "a" }, "default"),
    draftKey({ from: "b" }, "default"),
    draftKey({ from: "a", memory: "1Gi" }, "default"),
    draftKey({ function: "train" }, "default"),
    draftKey({ function: "train", version: 2 }, "default"),
    draftKey({ function: "train", version: 2 }, "churn"),
    draftKey({}, "churn"),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

test("what the form has no control for is named", () => {
  expect(keptNames({ function: { base_image: "x" }, task: { affinity: {} } })).toEqual([
    "base_image",
    "affinity",
  ]);
  expect(keptNames({ function: null, task: null })).toEqual([]);
});
