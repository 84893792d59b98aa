import { expect, test } from "vitest";

import { absoluteTime, bytes, duration, plural, relativeTime, sentence } from "./format";

const now = Date.parse("2026-03-10T12:00:00Z");

test.each([
  ["2026-03-10T11:59:58Z", "just now"],
  ["2026-03-10T12:00:05Z", "just now"],
  ["2026-03-10T11:59:15Z", "45 s ago"],
  ["2026-03-10T11:58:00Z", "2 min ago"],
  ["2026-03-10T09:00:00Z", "3 h ago"],
  ["2026-03-08T12:00:00Z", "2 d ago"],
])("%s reads as %s", (iso, words) => {
  expect(relativeTime(iso, now)).toBe(words);
});

test("a week and more is a date", () => {
  expect(relativeTime("2026-02-01T12:00:00Z", now)).toBe("2026-02-01");
});

test.each([
  [-5, "0:00"],
  [41_000, "0:41"],
  [131_999, "2:11"],
  [3_730_000, "1:02:10"],
  [100_000_000, "27:46:40"],
  [273_600_000, "3 d 4 h"],
])("%d ms last %s", (milliseconds, words) => {
  expect(duration(milliseconds)).toBe(words);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [31_400_000, "31.4 MB"],
  [214_000_000, "214 MB"],
])("%d bytes read as %s", (size, words) => {
  expect(bytes(size)).toBe(words);
});

test("what is no time is shown as it came", () => {
  expect(absoluteTime("soon")).toBe("soon");
});

test.each([
  ['namespace "x" does not exist', 'Namespace "x" does not exist.'],
  ["Done.", "Done."],
  ["", ""],
])("%s as a sentence", (message, expected) => {
  expect(sentence(message)).toBe(expected);
});

test("one is not many", () => {
  expect([plural(1, "line"), plural(0, "line"), plural(1234, "entry", "entries")]).toEqual([
    "1 line",
    "0 lines",
    "1,234 entries",
  ]);
});
