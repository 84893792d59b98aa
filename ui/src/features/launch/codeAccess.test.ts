import { expect, test } from "vitest";

import { signInOf, signIns, withSignIn, withVariable } from "./codeAccess";

test("the chosen secrets tell how a run signs in", () => {
  expect(signInOf(signIns.git, ["API"])?.value).toBe("");
  expect(signInOf(signIns.git, ["GIT_USER"])?.value).toBe("");
  expect(signInOf(signIns.git, ["GIT_PASSWORD", "GIT_USER"])?.value).toBe("password");
  expect(signInOf(signIns.s3, ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])?.value).toBe("keys");
});

test("another way to sign in takes the secrets of the one before away, and no others", () => {
  const token = withSignIn(signIns.git, ["API"], "token");
  expect(token).toEqual(["API", "GIT_TOKEN"]);
  expect(withSignIn(signIns.git, token, "password")).toEqual(["API", "GIT_USER", "GIT_PASSWORD"]);
  expect(withSignIn(signIns.git, token, "")).toEqual(["API"]);
});

test("a variable is set, set anew and taken away", () => {
  const set = withVariable([{ row: 3, name: "A", value: "1" }], "B", "2");
  expect(set.map(({ name, value }) => [name, value])).toEqual([
    ["A", "1"],
    ["B", "2"],
  ]);
  expect(withVariable(set, "B", "3")[1]?.value).toBe("3");
  expect(withVariable(set, "B", "")).toHaveLength(1);
});
