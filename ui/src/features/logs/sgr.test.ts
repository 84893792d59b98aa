import { expect, test } from "vitest";

import { overwritten, parseSgr, plain } from "./sgr";

const ESC = "\u001b";

test("plain text is one span", () => {
  expect(parseSgr("epoch 1\tloss 0.7")).toEqual([{ text: "epoch 1\tloss 0.7", classes: [] }]);
  expect(parseSgr("")).toEqual([]);
});

test("colours and weights begin and end where they say", () => {
  expect(parseSgr(`a${ESC}[1;31mb${ESC}[22mc${ESC}[0md`)).toEqual([
    { text: "a", classes: [] },
    { text: "b", classes: ["bold", "fg-1"] },
    { text: "c", classes: ["fg-1"] },
    { text: "d", classes: [] },
  ]);
});

test("bright, background, 256 and true colours", () => {
  expect(parseSgr(`${ESC}[92;44mx`)).toEqual([{ text: "x", classes: ["fg-10", "bg-4"] }]);
  expect(parseSgr(`${ESC}[38;5;208;1mx`)).toEqual([
    { text: "x", classes: ["bold"], colour: "rgb(255 135 0)" },
  ]);
  expect(parseSgr(`${ESC}[48;2;1;2;300mx`)).toEqual([{ text: "x", classes: [], background: "rgb(1 2 255)" }]);
  expect(parseSgr(`${ESC}[38;5;250mx`)).toEqual([{ text: "x", classes: [], colour: "rgb(188 188 188)" }]);
});

test("what is turned round has its colours the other way", () => {
  expect(parseSgr(`${ESC}[7;31mx${ESC}[44my${ESC}[27mz`)).toEqual([
    { text: "x", classes: ["bg-1"] },
    { text: "y", classes: ["fg-4", "bg-1"] },
    { text: "z", classes: ["fg-1", "bg-4"] },
  ]);
  expect(parseSgr(`${ESC}[7mx`)).toEqual([{ text: "x", classes: ["inverse"] }]);
});

test("everything else is dropped: cursor moves, titles, links, stray controls", () => {
  const line = `${ESC}[2J${ESC}[1;1H${ESC}]0;title\u0007${ESC}]8;;https://example.org${ESC}\\link${ESC}]8;;${ESC}\\ \u0008${ESC}[?25lok${ESC}`;
  expect(
    parseSgr(line)
      .map((span) => span.text)
      .join(""),
  ).toBe("link ok");
  expect(plain(line)).toBe("link ok");
});

test("markup stays text", () => {
  expect(parseSgr("<img src=x onerror=alert(1)>")).toEqual([
    { text: "<img src=x onerror=alert(1)>", classes: [] },
  ]);
});

test("what was written over is not shown", () => {
  expect(overwritten("10%\r50%\r100%\r")).toBe("100%");
  expect(overwritten("text\r")).toBe("text");
  expect(overwritten("")).toBe("");
});
