import { expect, test } from "vitest";

import { newestFirst } from "./order";
import { choiceOf, effectiveSearch, filterOf, parseListSearch } from "./search";

test("what is remembered comes back, but for the text, and what is unknown is left out", () => {
  const search = parseListSearch({
    text: "x",
    show: "failed",
    action: "job",
    label: "team=a",
    since: "week",
  });
  const kept = choiceOf(search, { by: "name", is_ascending: true });
  expect(effectiveSearch({}, kept)).toEqual({ ...search, text: undefined });
  expect(effectiveSearch({}, { ...kept, action: "dance", since: "decade", show: null })).toMatchObject({
    action: undefined,
    since: undefined,
    show: undefined,
    label: "team=a",
  });
  expect(effectiveSearch({ function: "train", text: "y" }, kept)).toEqual({ function: "train", text: "y" });
  expect(effectiveSearch({ text: "y" }, kept)).toEqual({ ...search, text: "y" });
});

test("a length of time is one question for a minute", () => {
  const at = (second: number) =>
    filterOf({ since: "day" }, newestFirst, Date.UTC(2026, 2, 10, 12, 0, second)).since;
  expect(at(1)).toBe(at(59));
  expect(at(1)).toBe("2026-03-09T12:00:00.000Z");
});
