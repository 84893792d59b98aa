import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { makeKeeper } from "./keeper";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the newest is kept after the pause, however long the typing goes on", () => {
  const save = vi.fn();
  const keeper = makeKeeper<string>(save, 200);
  for (const text of ["a", "ab", "abc"]) {
    keeper.keep(text);
    vi.advanceTimersByTime(90);
  }
  expect(save.mock.calls).toEqual([["abc"]]);
  keeper.keep("abcd");
  vi.advanceTimersByTime(200);
  expect(save.mock.calls).toEqual([["abc"], ["abcd"]]);
});

test("what still waits is kept at once on leaving, and once", () => {
  const save = vi.fn();
  const keeper = makeKeeper<string>(save, 200);
  keeper.keep("a");
  keeper.flush();
  keeper.flush();
  vi.advanceTimersByTime(1000);
  expect(save.mock.calls).toEqual([["a"]]);
});
