import { expect, test } from "vitest";

import { forwardView } from "@/test/builders";

import { applyForwards } from "./forwards";

test("a changed forward takes the place of the one known, a closed one goes", () => {
  const one = forwardView({ port: 80, local_port: 8080 });
  const other = forwardView({ port: 81, local_port: 8001 });
  const both = applyForwards([one], [other]);
  expect(both.map((view) => view.local_port)).toEqual([8001, 8080]);
  const ready = applyForwards(both, [{ ...one, state: "ready" }]);
  expect(ready.find((view) => view.port === 80)?.state).toBe("ready");
  expect(applyForwards(ready, [{ ...other, state: "closed" }])).toHaveLength(1);
});
