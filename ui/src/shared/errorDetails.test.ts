import { expect, test } from "vitest";

import { IpcError } from "@/ipc";
import { failure } from "@/ipc/mock";

import { errorDetails } from "./errorDetails";

const met = { title: "The history cannot be used", screen: "/runs", version: "1.2.3" };

test("details say what, where, when and in which version", () => {
  const error = new IpcError(
    failure("storage", "the history is locked", {
      hint: "close the other program",
      detail: "SQLITE_BUSY (5)",
    }),
  );
  expect(errorDetails(error, met).split("\n")).toEqual([
    "The history cannot be used",
    "The history is locked.",
    "Close the other program.",
    "",
    `Berth 1.2.3, screen /runs, ${error.at.toISOString()}, kind storage`,
    "Raw message: SQLITE_BUSY (5)",
  ]);
});

test("what is not known takes no line", () => {
  const error = new IpcError(failure("internal", "it broke"));
  expect(errorDetails(error, met)).not.toMatch(/Raw message|null/);
  expect(errorDetails(error, met).split("\n")).toHaveLength(4);
});
