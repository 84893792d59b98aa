import { expect, test } from "vitest";

import { emptyDraft, keepable, parseDraft, suggestedName, toForm } from "./draft";

const place = { context: "lab", namespace: "team" };

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

test("arguments are lines, environment rows keep their order, blank rows do not count", () => {
  const envs = [
    { key: 1, name: "A", value: " kept " },
    { key: 2, name: "", value: "" },
    { key: 3, name: " B ", value: "" },
  ];
  const form = toForm({ ...emptyDraft, args: "--lr\n0.1\n\nlast one\n", envs }, "id", place);
  expect(form.args).toEqual(["--lr", "0.1", "", "last one"]);
  expect(form.envs).toEqual([
    { name: "A", value: " kept " },
    { name: "B", value: "" },
  ]);
});

test("without a context none is said, not even a namespace", () => {
  expect(toForm(emptyDraft, "id", { context: null, namespace: "x" })).toMatchObject({
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
    { key: 0, name: "LR", value: "0.1" },
    { key: 1, name: "HF_TOKEN", value: "hf_abc" },
  ];
  const stored = JSON.stringify(keepable({ ...emptyDraft, image: "busybox", envs }));
  expect(stored).not.toContain("hf_abc");
  expect(parseDraft(stored)).toEqual({
    ...emptyDraft,
    image: "busybox",
    envs: [
      { key: 0, name: "LR", value: "0.1" },
      { key: 1, name: "HF_TOKEN", value: "" },
    ],
  });
});

test.each([[null], ["{"], ["7"], ['{"image":7,"envs":"x"}']])(
  "what is no draft (%s) gives an empty form",
  (stored) => {
    expect(parseDraft(stored)).toEqual(emptyDraft);
  },
);
