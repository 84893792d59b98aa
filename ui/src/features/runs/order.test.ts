import { expect, test } from "vitest";

import { newestFirst, nextOrder } from "./order";

test.each([
  ["duration", false],
  ["state", true],
] as const)("a header of %s is clicked three times", (by, first) => {
  const once = nextOrder(newestFirst, by);
  expect(once).toEqual({ by, is_ascending: first });
  const twice = nextOrder(once, by);
  expect(twice).toEqual({ by, is_ascending: !first });
  expect(nextOrder(twice, by)).toEqual(newestFirst);
  expect(nextOrder(twice, "name")).toEqual({ by: "name", is_ascending: true });
});
