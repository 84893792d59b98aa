import { expect, test } from "vitest";

import { emptyDraft, keepable, parseDraft, suggestedName, toForm, typedParts } from "./draft";

const place = { context: "lab", namespace: "team", project: "churn" };

test("what was not typed is not said", () => {
  const form = toForm({ ...emptyDraft, image: "busybox" }, "id", place);
  expect(form).toMatchObject({
    name: "busybox",
    image: "busybox",
    args: [],
    envs: [],
    code: "",
    lang: "",
    context: "lab",
  });
});

test("the parts that say something are told", () => {
  expect(typedParts(emptyDraft)).toEqual([]);
  const envs = [{ row: 1, name: "A", value: "" }];
  expect(typedParts({ ...emptyDraft, image: "busybox", envs })).toEqual(["image", "envs"]);
});

test("arguments are lines, environment rows keep their order, blank rows do not count", () => {
  const envs = [
    { row: 1, name: "A", value: " kept " },
    { row: 2, name: "", value: "" },
    { row: 3, name: " B ", value: "" },
  ];
  const form = toForm({ ...emptyDraft, args: "--lr\n0.1\n\nlast one\n", envs }, "id", place);
  expect(form.args).toEqual(["--lr", "0.1", "", "last one"]);
  expect(form.envs).toEqual([
    { name: "A", value: " kept " },
    { name: "B", value: "" },
  ]);
});

test("without a context none is said, not even a namespace", () => {
  expect(toForm(emptyDraft, "id", { context: null, namespace: "x", project: "default" })).toMatchObject({
    context: "",
    namespace: "",
  });
});

test.each([
  ["python:3.11", "python"],
  ["registry.local:5000/team/train@sha256:abc", "train"],
  ["", ""],
])("the image %s suggests the name %s", (image, name) => {
  expect(suggestedName(image)).toBe(name);
});

test("a draft survives a restart, but for values that look secret", () => {
  const envs = [
    { row: 0, name: "LR", value: "0.1" },
    { row: 1, name: "HF_TOKEN", value: "hf_abc" },
  ];
  const stored = JSON.stringify(keepable({ ...emptyDraft, image: "busybox", envs }));
  expect(stored).not.toContain("hf_abc");
  expect(parseDraft(stored)).toEqual({
    ...emptyDraft,
    image: "busybox",
    envs: [
      { row: 0, name: "LR", value: "0.1" },
      { row: 1, name: "HF_TOKEN", value: "" },
    ],
  });
});

test.each([[null], ["{"], ["7"], ['{"image":7,"envs":"x"}']])(
  "what is no draft (%s) gives an empty form",
  (stored) => {
    expect(parseDraft(stored)).toEqual(emptyDraft);
  },
);
