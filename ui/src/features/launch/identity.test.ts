import { expect, test } from "vitest";

import { launchId } from "./identity";

const fresh = () => "fresh";

test("the same form after a lost reply is the same run", () => {
  expect(launchId({ id: "a", content: "x", code: "outcome_unknown" }, "x", fresh)).toBe("a");
  expect(launchId({ id: "a", content: "x", code: "unreachable" }, "x", fresh)).toBe("a");
});

test("a changed form, or one that was refused, is another run", () => {
  expect(launchId({ id: "a", content: "x", code: "outcome_unknown" }, "y", fresh)).toBe("fresh");
  expect(launchId({ id: "a", content: "x", code: "refused" }, "x", fresh)).toBe("fresh");
  expect(launchId(null, "x", fresh)).toBe("fresh");
});
