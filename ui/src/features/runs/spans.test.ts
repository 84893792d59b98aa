import { expect, test } from "vitest";

import type { SpanView } from "@/ipc";

import { attemptsOf, segments, stepLength } from "./spans";

const at = (second: number) => new Date(Date.UTC(2026, 2, 10, 12, 0, second)).toISOString();

const spans: SpanView[] = [
  { attempt: 1, step: "queued", from: at(0), to: at(1), bytes: null },
  { attempt: 1, step: "pulling", from: at(1), to: at(9), bytes: 212_000_000 },
  { attempt: 1, step: "running", from: at(9), to: at(20), bytes: null },
  { attempt: 2, step: "running", from: at(20), to: null, bytes: null },
];

test("steps are told by attempt, with size and length", () => {
  expect(attemptsOf({ spans })).toEqual([1, 2]);
  expect(segments(spans, 1, 0).map(({ label, length }) => `${label} ${length}`)).toEqual([
    "Queued 1.0 s",
    "Pulling image (212 MB) 8.0 s",
    "Running 11.0 s",
  ]);
});

test("what goes on is counted until now", () => {
  const [open] = segments(spans, 2, Date.parse(at(20)) + 2_500);
  expect(open).toMatchObject({ isOpen: true, milliseconds: 2_500 });
});

test("a long step reads as a clock", () => {
  expect(stepLength(131_000)).toBe("2:11");
});
