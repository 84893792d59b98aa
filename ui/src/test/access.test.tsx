import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { expect, test } from "vitest";

import type { FunctionView } from "@/ipc";
import { announceRuns, type Backend } from "@/ipc/mock";

import { logPage, runDetails, runList, runningView, runView, storedLog } from "./builders";
import { renderAt } from "./render";

/** What a person finds who does not see the window: headings, landmarks, names, where the focus is, what is said. */

const id = "aaaa1111-0000-4000-8000-000000000000";
const run = runView({ id, name: "train-aaaa" });
const other = runView({ id: "bbbb1111-0000-4000-8000-000000000000", name: "train-bbbb" });

const train: FunctionView = {
  name: "train",
  version: 2,
  image: "python:3.11",
  created: "2026-03-10T12:00:00Z",
  last_run: run,
};

const versions = [
  { version: 2, created: "2026-03-10T12:00:00Z", yaml: "kind: container\nspec:\n  image: b\n" },
  { version: 1, created: "2026-03-09T12:00:00Z", yaml: "kind: container\nspec:\n  image: a\n" },
];

const details = runDetails(run, {
  values: [{ path: "image", value: "python:3.11", origin: "function" }],
  objects: [{ kind: "Job", name: "train-aaaa", uid: "u1" }],
  transitions: [],
});

/** Everything there is to show. */
const full: Backend = {
  listRuns: () => runList([other, run]),
  listFunctions: () => [train],
  functionVersions: () => versions,
  listSecrets: () => [
    { name: "TOKEN", place: "keyring", updated: "2026-03-10T12:00:00Z", used_by: [], registry: null },
  ],
  listProfiles: () => [
    { name: "big", description: null, values: [], updated: "2026-03-10T12:00:00Z", yaml: "" },
  ],
  runDetails: () => details,
  logStreams: () => [storedLog()],
  readLogBefore: () => logPage(0, 2, { at_end: true }),
  liveYaml: () => "kind: Job\n",
  previewRun: () => ({
    problems: [],
    yaml: "kind: Job\n",
    values: [],
    command: null,
    args: null,
    unused_code: null,
    target: "lab / team",
  }),
};

/** A service, and no deployment. */
function served({ filter }: Record<string, unknown>) {
  const isServe = JSON.stringify(filter).includes('"action":"serve"');
  return runList(isServe ? [runningView({ id, action: "serve", word: "ready" })] : []);
}

type Screen = { at: string; heading: string; tables: string[]; rest?: Backend };

const screens: Screen[] = [
  { at: "/runs", heading: "Runs", tables: ["Runs"] },
  { at: "/functions", heading: "Functions", tables: ["Functions"] },
  { at: "/functions/train", heading: "train", tables: [] },
  { at: "/secrets", heading: "Secrets", tables: ["Secrets"] },
  { at: "/profiles", heading: "Profiles", tables: ["Profiles"] },
  { at: "/services", heading: "Services", tables: ["Services"], rest: { listRuns: served } },
  { at: `/runs/${id}`, heading: "train-aaaa", tables: [] },
  {
    at: `/runs/${id}?tab=overview`,
    heading: "train-aaaa",
    tables: ["What was asked", "Objects in the cluster", "About"],
  },
  { at: `/runs/${id}?tab=events`, heading: "train-aaaa", tables: [] },
  { at: `/runs/${id}?tab=yaml`, heading: "train-aaaa", tables: [] },
  { at: "/new?starter=python", heading: "New run", tables: [] },
  { at: "/settings", heading: "Settings", tables: ["Contexts", "Projects"] },
  { at: "/nowhere", heading: "Not found", tables: [] },
];

/**
 * What axe finds; colours are looked at in the real window. The header of a dialog lies in a section, which makes it no
 * banner, but axe takes it for one because of the section's role.
 */
async function faults(): Promise<string[]> {
  const found = await axe.run(document.body, {
    rules: {
      "color-contrast": { enabled: false },
      "landmark-no-duplicate-banner": { enabled: false },
      "landmark-unique": { enabled: false },
    },
  });
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)}`),
  );
}

test.each(screens)(
  "$at has landmarks, one main heading and named tables",
  async ({ at, heading, tables, rest }) => {
    renderAt(at, { ...full, ...rest });
    expect(await screen.findByRole("heading", { level: 1, name: heading })).toBeInTheDocument();
    expect(screen.getAllByRole("heading", { level: 1 })).toHaveLength(1);
    expect(screen.getByRole("navigation", { name: "Screens" })).toBeInTheDocument();
    expect(screen.getByRole("banner")).toBeInTheDocument();
    expect(screen.getByRole("contentinfo")).toBeInTheDocument();
    const main = within(screen.getByRole("main"));
    for (const name of tables) {
      // Where rows are walked by keys, a table is a grid.
      const role = name === "Runs" ? "grid" : "table";
      expect(await main.findByRole(role, { name })).toBeInTheDocument();
    }
    expect([...main.queryAllByRole("table"), ...main.queryAllByRole("grid")]).toHaveLength(tables.length);
    expect(await faults()).toEqual([]);
  },
);

test("the focus goes to the screen that a key leads to", async () => {
  renderAt("/runs", full);
  await screen.findByRole("heading", { name: "Runs" });
  await userEvent.keyboard("gf");
  await screen.findByRole("heading", { name: "Functions" });
  await waitFor(() => expect(screen.getByRole("main")).toHaveFocus());
});

test("the focus goes to the screen that a link in the rail leads to", async () => {
  renderAt("/runs", full);
  await userEvent.click(await screen.findByRole("link", { name: "Functions" }));
  await screen.findByRole("heading", { name: "Functions" });
  await waitFor(() => expect(screen.getByRole("main")).toHaveFocus());
});

test("the focus goes to the screen that the palette leads to, not back to its button", async () => {
  renderAt("/runs", full);
  await userEvent.click(await screen.findByRole("button", { name: /^Search or run/ }));
  await userEvent.type(await screen.findByRole("textbox", { name: "Search everything" }), "sett");
  await userEvent.click(await screen.findByRole("option", { name: "Settings" }));
  await screen.findByRole("heading", { name: "Settings" });
  await waitFor(() => expect(screen.getByRole("main")).toHaveFocus());
});

const dialogs = [
  { name: "Keys", at: "/runs", open: () => userEvent.keyboard("?") },
  { name: "Search everything", at: "/runs", open: () => userEvent.keyboard("{Control>}k{/Control}") },
  {
    name: "Functions from a file",
    at: "/functions",
    open: async () => userEvent.click(await screen.findByRole("button", { name: "From a file…" })),
  },
  {
    name: "train-aaaa",
    at: "/runs",
    open: async () => {
      const row = (await screen.findByRole("link", { name: "train-aaaa" })).closest("tr");
      if (row) await userEvent.click(within(row).getByText("Succeeded"));
    },
  },
];

test.each(dialogs)(
  "the dialog $name has its name and nothing in it lacks one",
  async ({ name, at, open }) => {
    renderAt(at, full);
    await screen.findByRole("heading", { level: 1 });
    await open();
    expect(await screen.findByRole("dialog", { name })).toBeInTheDocument();
    expect(await faults()).toEqual([]);
  },
);

test("a screen reader hears that the state of the run it reads of has changed", async () => {
  const live = runningView({ id, revision: 1 });
  let now = live;
  renderAt(`/runs/${id}`, { ...full, runDetails: () => runDetails(now) });
  const state = await screen.findByRole("status", { name: "State of the run" });
  expect(state).toHaveTextContent("Running");
  now = { ...run, revision: 2 };
  await announceRuns([now]);
  await waitFor(() => expect(state).toHaveTextContent("Succeeded"));
});

test("failures are told politely", async () => {
  renderAt("/functions", {});
  expect(await screen.findByRole("heading", { name: "No functions yet" })).toBeInTheDocument();
  renderAt("/functions/train", {});
  expect(await screen.findByRole("alert")).toHaveAttribute("aria-live", "polite");
});
