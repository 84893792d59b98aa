import { expect, test } from "vitest";

import type { LogPage } from "@/ipc";

import { inLines, inPieces } from "./lines";

test("a piece is its lines, each with its number, cursor and time", () => {
  const page = { first: 7, at: 100, text: "T1 epoch 1\nT2 \nno-time\n", sized: [], next: 123, at_end: true };
  expect(inLines(page)).toEqual({
    lines: [
      { number: 7, at: 100, time: "T1", text: "epoch 1", hidden: 0 },
      { number: 8, at: 111, time: "T2", text: "", hidden: 0 },
      { number: 9, at: 115, time: "", text: "no-time", hidden: 0 },
    ],
    next: 123,
    at_end: true,
  });
});

test("a line whose text is not its bytes says how long it is, so that the next begins where it is stored", () => {
  const page: LogPage = {
    first: 0,
    at: 0,
    text: "T a\nT \u00e9t\u00e9\nT b\n",
    sized: [[1, 30, 22]],
    next: 38,
    at_end: false,
  };
  expect(inLines(page).lines.map(({ at, hidden }) => [at, hidden])).toEqual([
    [0, 0],
    [4, 22],
    [34, 0],
  ]);
});

test("pieces come in order to the end, each asked for before the one before it is taken apart", async () => {
  const asked: number[] = [];
  const read = (from: number) => {
    asked.push(from);
    const text = from < 8 ? "T a\n" : "";
    return Promise.resolve({
      first: from / 4,
      at: from,
      text,
      sized: [],
      next: from + text.length,
      at_end: false,
    });
  };
  const seen: [number, number][] = [];
  for await (const { lines } of inPieces(read, 0)) seen.push([lines.length, asked.length]);
  expect(seen).toEqual([
    [1, 2],
    [1, 3],
    [0, 3],
  ]);
  expect(asked).toEqual([0, 4, 8]);
});
