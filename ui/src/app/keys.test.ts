import { expect, test } from "vitest";

import { isTyping, keys, keyWords, meaning, pressed } from "./keys";

const press = (key: string, ctrlKey = false) => pressed({ key, ctrlKey, metaKey: false });

test("single keys and pairs mean what the list says", () => {
  expect(meaning(null, press("n")).deed).toEqual({ go: "/new" });
  expect(meaning(null, press("k", true)).deed).toEqual({ do: "palette" });
  const first = meaning(null, press("g"));
  expect(first).toEqual({ deed: null, pending: "g" });
  expect(meaning(first.pending, press("f")).deed).toEqual({ go: "/functions" });
  expect(meaning(null, press("f"))).toEqual({ deed: null, pending: null });
});

test("no two keys of the list are the same", () => {
  expect(new Set(keys.map((key) => keyWords(key.press))).size).toBe(keys.length);
});

test("what is typed into a field is not a key of the window", () => {
  expect(isTyping(document.createElement("textarea"))).toBe(true);
  expect(isTyping(document.body)).toBe(false);
});
