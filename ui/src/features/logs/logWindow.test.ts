import { expect, test } from "vitest";

import { logPage } from "@/test/builders";

import { inLines } from "./lines";
import { append, beginning, emptyWindow, prepend } from "./logWindow";

const piece = (first: number, count: number) => inLines(logPage(first, count));

test("pieces read one after the other are one text", () => {
  const window = [piece(0, 3), piece(3, 2)].reduce((sum, page) => append(sum, page), emptyWindow);
  expect(window.lines.map((line) => line.number)).toEqual([0, 1, 2, 3, 4]);
  expect(window.next).toBe(500);
  expect(beginning(window)).toBe(0);
});

test("above the bound the oldest lines go, and the beginning moves with them", () => {
  const window = append(append(emptyWindow, piece(0, 4), 5), piece(4, 3), 5);
  expect(window.lines.map((line) => line.number)).toEqual([2, 3, 4, 5, 6]);
  expect(beginning(window)).toBe(200);
  expect(window.next).toBe(700);
});

test("going back drops the newest lines, and reading on begins at the first of them", () => {
  const tail = append({ ...emptyWindow, next: 400 }, { ...piece(4, 4), at_end: true }, 5);
  expect(tail.atEnd).toBe(true);
  const back = prepend(tail, piece(1, 3), 5);
  expect(back.lines.map((line) => line.number)).toEqual([1, 2, 3, 4, 5]);
  expect(back.next).toBe(600);
  expect(back.atEnd).toBe(false);
});

test("going back within the bound keeps the end", () => {
  const tail = append({ ...emptyWindow, next: 400 }, { ...piece(4, 2), at_end: true });
  expect(prepend(tail, piece(2, 2))).toMatchObject({ next: 600, atEnd: true });
});

test("an empty piece changes nothing, but can tell that the log is over", () => {
  const window = append(emptyWindow, piece(0, 2));
  expect(append(window, { lines: [], next: 200, at_end: false })).toBe(window);
  expect(append(window, { lines: [], next: 200, at_end: true }).atEnd).toBe(true);
  expect(prepend(window, { lines: [], next: 0, at_end: false })).toBe(window);
});
