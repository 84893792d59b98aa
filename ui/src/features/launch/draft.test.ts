import { expect, test } from "vitest";

import {
  blankRows,
  emptyDraft,
  keepable,
  parseDraft,
  suggestedName,
  toForm,
  typedParts,
  withCodeFrom,
} from "./draft";
import { differences } from "./origin";
import { shownParts } from "./SectionList";

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
  const address = "https://ada:hunter2@example.org/a";
  const stored = JSON.stringify(keepable({ ...emptyDraft, image: "busybox", address, envs }));
  expect(stored).not.toContain("hf_abc");
  expect(stored).not.toContain("hunter2");
  expect(parseDraft(stored)).toEqual({
    ...emptyDraft,
    image: "busybox",
    address: "https://ada@example.org/a",
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

/** What an empty form does not say of a part. */
function another(part: string): unknown {
  const blank: unknown = Reflect.get(blankRows, part);
  if (typeof blank === "object") return [{ ...blank, name: "x", value: "y", key: "k", port: "1" }];
  const empty: unknown = Reflect.get(emptyDraft, part);
  if (Array.isArray(empty)) return ["x"];
  if (typeof empty === "object") return { ...empty, kind: "tcp" };
  return typeof empty === "boolean" ? !empty : "other";
}

test("every parameter has its place in the form, and a change of it is told", () => {
  const shown = new Set(Object.values(shownParts).flatMap((parts) => [...parts]));
  const parts = Object.keys(emptyDraft).filter((part) => !["action", "kept", "parent"].includes(part));
  expect(parts.filter((part) => !shown.has(part))).toEqual([]);
  const before = toForm(emptyDraft, "id", place);
  const untold = parts.filter((part) => {
    return differences(before, { ...before, [part]: another(part) }).length === 0;
  });
  expect(untold).toEqual([]);
});

test("the language of an empty form is no word about code that lies elsewhere", () => {
  expect(withCodeFrom(emptyDraft, "git")).toEqual({ code_from: "git", lang: "" });
  expect(withCodeFrom({ ...emptyDraft, code_from: "git", lang: "" }, "text").lang).toBe("python");
  expect(withCodeFrom({ ...emptyDraft, lang: "r" }, "git")).toEqual({ code_from: "git" });
});
