import { expect, test } from "vitest";

import { parseDotenv } from "./dotenv";

test("lines of a .env file become variables, nothing is expanded", () => {
  const text = `# comment
LR=0.1
export NAME = "two words"  # why
QUOTED='a # b'
LINES="one\\ntwo"
EMPTY=
URL=http://host/#part
HOME_DIR=$HOME`;
  expect(parseDotenv(text)).toEqual({
    rows: [
      { name: "LR", value: "0.1" },
      { name: "NAME", value: "two words" },
      { name: "QUOTED", value: "a # b" },
      { name: "LINES", value: "one\ntwo" },
      { name: "EMPTY", value: "" },
      { name: "URL", value: "http://host/#part" },
      { name: "HOME_DIR", value: "$HOME" },
    ],
    refused: [],
  });
});

test("what is no variable is named with its line", () => {
  expect(parseDotenv("A=1\nno variable\n=x")).toEqual({
    rows: [{ name: "A", value: "1" }],
    refused: [
      { number: 2, text: "no variable" },
      { number: 3, text: "=x" },
    ],
  });
});
