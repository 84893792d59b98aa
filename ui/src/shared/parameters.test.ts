import { expect, test } from "vitest";

import { parameterName } from "./parameters";

test("a parameter is called as in the form, and what lies within it by the rest of its path", () => {
  expect(parameterName("resources.mem.limits")).toBe("Memory at most");
  expect(parameterName("envs[0].name")).toBe("Environment [0].name");
  expect(parameterName("node_selector.disk")).toBe("Node labels disk");
  expect(parameterName("something_new")).toBe("something_new");
});
