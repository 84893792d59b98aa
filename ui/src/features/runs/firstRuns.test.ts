import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, test, vi } from "vitest";

import { commands, type FirstRuns, type Preferences, type RunFilter } from "@/ipc";
import { runList, runView } from "@/test/builders";

import { runListOptions } from "./api";
import { putFirstRuns } from "./firstRuns";
import { newestFirst } from "./order";
import { filterOf } from "./search";

const asked = runList([runView({ id: "asked" })]);

beforeEach(() => {
  vi.spyOn(commands, "listRuns").mockResolvedValue({ status: "ok", data: asked });
});

/** What the core answers to its reading of the preferences: everything said, nothing left out. */
function read(filter: Partial<RunFilter> = {}): FirstRuns {
  const whole: RunFilter = {
    project: "default",
    states: [],
    function: null,
    action: null,
    label: null,
    context: null,
    namespace: null,
    since: null,
    text: null,
    archived: false,
    limit: 0,
    order: newestFirst,
    after: null,
  };
  return { filter: { ...whole, ...filter }, list: runList([runView({ id: "read" })]) };
}

/** The runs that the list begins with, and how often they were asked for. */
async function first(preferences: Preferences, answer: FirstRuns | null, filter: RunFilter) {
  const client = new QueryClient();
  await putFirstRuns(client, preferences, answer, 1000);
  const data = client.getQueryData(runListOptions(filter).queryKey);
  return {
    runs: data?.pages.flatMap((page) => page.runs.map((run) => run.id)),
    asked: vi.mocked(commands.listRuns).mock.calls.length,
  };
}

const opening = { ...filterOf({}, newestFirst, 0), project: "default" };

test("the list that was read while the page was loaded is not asked for again", async () => {
  expect(await first({}, read(), opening)).toEqual({ runs: ["read"], asked: 0 });
});

test("what was last chosen of a list is compared too", async () => {
  const choice = {
    show: null,
    function: null,
    action: "serve",
    label: null,
    since: null,
    archived: true,
    order: newestFirst,
  };
  const chosen = { ...filterOf({ action: "serve", archived: true }, newestFirst, 0), project: "default" };
  const preferences = { context: "here", run_lists: { here: choice } };
  expect(await first(preferences, read({ action: "serve", archived: true }), chosen)).toEqual({
    runs: ["read"],
    asked: 0,
  });
  expect(await first(preferences, read({ action: "serve" }), chosen)).toEqual({ runs: ["asked"], asked: 1 });
});

test("another list, or none, was read: it is asked for", async () => {
  expect(await first({}, read({ project: "vision" }), opening)).toEqual({ runs: ["asked"], asked: 1 });
  expect(await first({}, null, opening)).toEqual({ runs: ["asked"], asked: 2 });
});
