import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { RunView } from "@/ipc";
import { announceRuns, failure } from "@/ipc/mock";
import { connection, logPage, runDetails, runList, runningView, runView, storedLog } from "@/test/builders";
import { renderAt } from "@/test/render";

const done = runView({ id: "aaaa1111-0000-4000-8000-000000000000", name: "train-done" });
const live = runningView({
  id: "bbbb2222-0000-4000-8000-000000000000",
  name: "train-live",
  revision: 3,
});
const failed = runView({
  id: "cccc3333-0000-4000-8000-000000000000",
  name: "train-oom",
  word: "failed",
  state: "ERROR",
  reason: "OutOfMemory",
  message: "The container used more than its limit of 512Mi.",
});

test("while loading there is a skeleton, not a list", async () => {
  renderAt("/runs", { listRuns: () => new Promise(() => undefined) });
  expect(await screen.findByRole("status", { name: "Loading runs" })).toBeInTheDocument();
  expect(screen.queryByRole("grid")).not.toBeInTheDocument();
});

test("an empty history says what a run is and offers one", async () => {
  const { router } = renderAt("/runs");
  expect(await screen.findByRole("heading", { name: "No runs yet" })).toBeInTheDocument();
  await userEvent.click(within(screen.getByRole("main")).getByRole("link", { name: "New run" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/new"));
});

test("a failure says what happened, and asks again", async () => {
  const listRuns = vi.fn().mockImplementation(() => {
    throw failure("storage", "The history is locked by another program.", { detail: "SQLITE_BUSY" });
  });
  renderAt("/runs", { listRuns });
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("The history cannot be used");
  expect(alert).toHaveTextContent("The history is locked by another program.");
  listRuns.mockImplementation(() => runList([done]));
  await userEvent.click(within(alert).getByRole("button", { name: "Retry" }));
  expect(await screen.findByRole("link", { name: "train-done" })).toBeInTheDocument();
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
});

test("a full list shows state in words, name, duration and reason, and counts per state", async () => {
  renderAt("/runs", { listRuns: () => runList([live, failed, done]) });
  const row = (await screen.findByRole("link", { name: "train-oom" })).closest("tr");
  expect(row).toHaveTextContent("Failed");
  expect(row).toHaveTextContent("0:41");
  expect(row).toHaveTextContent("The container used more than its limit of 512Mi.");
  expect(screen.getByRole("button", { name: "Failed 1" })).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Running 1" })).toBeInTheDocument();
  // One place: its column would say the same in every row.
  expect(screen.queryByRole("columnheader", { name: "Context / namespace" })).not.toBeInTheDocument();
});

test("runs of several places say where they are", async () => {
  renderAt("/runs", { listRuns: () => runList([live, { ...done, namespace: "other" }]) });
  expect(await screen.findByRole("columnheader", { name: "Context / namespace" })).toBeInTheDocument();
  expect(screen.getByText("lab / other")).toBeInTheDocument();
});

test("a column that was switched off is gone, and that is remembered", async () => {
  const savePreferences = vi.fn(() => null);
  renderAt("/runs", { listRuns: () => runList([done]), savePreferences });
  await userEvent.click(await screen.findByRole("button", { name: "View" }));
  await userEvent.click(await screen.findByRole("checkbox", { name: "Function" }));
  await waitFor(() =>
    expect(screen.queryByRole("columnheader", { name: "Function" })).not.toBeInTheDocument(),
  );
  expect(screen.getByRole("columnheader", { name: "Duration" })).toBeInTheDocument();
  expect(savePreferences).toHaveBeenCalledWith({ preferences: { hidden_columns: ["function"] } });
});

test("lost contact is said above the list; the runs keep their states", async () => {
  const connections = [connection({ state: "stale", message: "The server does not answer." })];
  renderAt("/runs", {
    listRuns: () => runList([live]),
    engineStatus: () => ({ is_ours: true, captures: 0, connections }),
  });
  expect(await screen.findByText(/Nothing was heard from lab \/ team since/)).toBeInTheDocument();
  expect(screen.getByRole("status", { name: "Connection" })).toHaveTextContent(/^Stale since/);
  expect((await screen.findByRole("link", { name: "train-live" })).closest("tr")).toHaveTextContent(
    "Running",
  );
});

test("a change that the core announces shows in its row", async () => {
  renderAt("/runs", { listRuns: () => runList([live]) });
  const row = () => screen.getByRole("link", { name: "train-live" }).closest("tr");
  await screen.findByRole("link", { name: "train-live" });
  await announceRuns([{ ...live, revision: 4, message: "epoch 7" }]);
  await waitFor(() => expect(row()).toHaveTextContent("epoch 7"));
  await announceRuns([{ ...live, revision: 2, message: "from the past" }]);
  await announceRuns([{ ...live, revision: 5, message: "epoch 8" }]);
  await waitFor(() => expect(row()).toHaveTextContent("epoch 8"));
  expect(screen.queryByText("from the past")).not.toBeInTheDocument();
});

test("a filter is asked of the core, and nothing found can be undone", async () => {
  const listRuns = vi.fn(({ filter }: Record<string, unknown>) => {
    const isFiltered = JSON.stringify(filter).includes("ERROR");
    return runList(isFiltered ? [] : [done], { counts: [{ state: "COMPLETED", count: 1 }] });
  });
  renderAt("/runs", { listRuns });
  await userEvent.click(await screen.findByRole("button", { name: "Failed 0" }));
  expect(await screen.findByRole("heading", { name: "No run matches" })).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Clear filters" }));
  expect(await screen.findByRole("link", { name: "train-done" })).toBeInTheDocument();
});

test("older runs come as the end of the list comes near", async () => {
  const listRuns = vi.fn(({ filter }: Record<string, unknown>) =>
    JSON.stringify(filter).includes('"after":"there"') ? runList([done]) : runList([live], { next: "there" }),
  );
  renderAt("/runs", { listRuns });
  expect(await screen.findByRole("link", { name: "train-done" })).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "train-live" })).toBeInTheDocument();
});

test("several runs are archived at once, and what could not be is told by name", async () => {
  const archiveRun = vi.fn(({ run }: Record<string, unknown>) => {
    if (run === live.id) throw failure("not_ours", "it was launched by another installation");
    return null;
  });
  renderAt("/runs", { listRuns: () => runList([live, done]), archiveRun });
  await userEvent.click(await screen.findByRole("checkbox", { name: "Choose all runs shown" }));
  const bar = await screen.findByRole("group", { name: "Chosen runs" });
  expect(within(bar).getByText("2 runs chosen")).toBeInTheDocument();
  await userEvent.click(within(bar).getByRole("button", { name: "Archive" }));
  expect(await screen.findByText(/1 run archived. 1 run could not be/)).toBeInTheDocument();
  expect(screen.getByText(/train-live: It was launched by another installation/)).toBeInTheDocument();
});

test("a click on a row shows the run beside the list, with its last lines", async () => {
  renderAt("/runs", {
    listRuns: () => runList([done]),
    runDetails: () => runDetails(done),
    logStreams: () => [storedLog()],
    readLogBefore: () => logPage(0, 2, { at_end: true }),
  });
  await userEvent.click(await screen.findByRole("gridcell", { name: "Succeeded" }));
  const drawer = await screen.findByRole("dialog", { name: "train-done" });
  expect(await within(drawer).findByText(/line 1/)).toBeInTheDocument();
  expect(within(drawer).getByRole("link", { name: "Open" })).toBeInTheDocument();
});

test("a schedule beside the list tells of no start-up: it has no pod of its own", async () => {
  const schedule = { ...live, word: "scheduled", doing: "waiting for its next time" } as const;
  const from = "2026-03-10T12:00:00Z";
  renderAt("/runs", {
    listRuns: () => runList([schedule]),
    runDetails: () =>
      runDetails(schedule, {
        values: [{ path: "schedule", value: "@daily", origin: "run" }],
        spans: [{ attempt: 1, step: "queued", from, to: null, bytes: null }],
      }),
  });
  await userEvent.click(await screen.findByRole("gridcell", { name: "Scheduled" }));
  const drawer = await screen.findByRole("dialog", { name: "train-live" });
  expect(await within(drawer).findByText("Nothing was written yet.")).toBeInTheDocument();
  expect(within(drawer).queryByText("Queued")).not.toBeInTheDocument();
});

/** A history that notes what the list asked for; what is counted beside it asks for one row and is left out. */
function noting(answer: (filter: string) => RunView[]) {
  const asked: unknown[] = [];
  const listRuns = ({ filter }: Record<string, unknown>) => {
    if (JSON.stringify(filter).includes('"limit":100')) asked.push(filter);
    return runList(answer(JSON.stringify(filter)));
  };
  return { asked: () => asked.at(-1), listRuns };
}

const containing = (part: object): unknown => expect.objectContaining(part);

test("a header sorts in the history, the other way on the next click, and not on the third", async () => {
  const { asked, listRuns } = noting(() => [live, done]);
  const savePreferences = vi.fn(() => null);
  renderAt("/runs", { listRuns, savePreferences });
  await screen.findByRole("link", { name: "train-live" });
  const header = (name: string) => screen.getByRole("columnheader", { name });
  const sort = (name: string) => userEvent.click(within(header(name)).getByRole("button"));
  const isSorted = (how: string) =>
    waitFor(() => expect(header("Duration")).toHaveAttribute("aria-sort", how));
  await isSorted("none");
  expect(asked()).toMatchObject({ order: { by: "made", is_ascending: false } });
  await sort("Duration");
  await isSorted("descending");
  await waitFor(() => expect(asked()).toMatchObject({ order: { by: "duration", is_ascending: false } }));
  await sort("Duration");
  await isSorted("ascending");
  await sort("Duration");
  await isSorted("none");
  await sort("Run");
  const order = { by: "name", is_ascending: true };
  await waitFor(() => expect(asked()).toMatchObject({ order }));
  expect(savePreferences).toHaveBeenLastCalledWith({
    preferences: containing({ run_lists: { "": { order } } }),
  });
});

test("filters go together, are remembered for the context, and are cleared at once", async () => {
  const { asked, listRuns } = noting((filter) => (filter.includes('"label":"team"') ? [] : [done]));
  const savePreferences = vi.fn(() => null);
  renderAt("/runs", {
    listRuns,
    savePreferences,
    functionNames: () => ({ names: ["train"], labels: ["nightly", "team=audio", "team=vision"] }),
    preferences: () => ({
      context: "lab",
      run_lists: { lab: { function: "train", since: "week" }, far: { function: "other" } },
    }),
  });
  await screen.findByRole("link", { name: "train-done" });
  expect(asked()).toMatchObject({ function: "train", action: null });
  expect(asked()).not.toMatchObject({ since: null });
  await userEvent.click(screen.getByRole("combobox", { name: "Action" }));
  await userEvent.click(await screen.findByRole("option", { name: "Job" }));
  await userEvent.type(screen.getByRole("combobox", { name: "Label" }), "team");
  expect(await screen.findByRole("option", { name: "team=vision" })).toBeInTheDocument();
  await waitFor(() => expect(asked()).toMatchObject({ function: "train", action: "job", label: "team" }));
  expect(savePreferences).toHaveBeenLastCalledWith({
    preferences: containing({
      run_lists: {
        lab: containing({ function: "train", since: "week", action: "job", label: "team" }),
        far: { function: "other" },
      },
    }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Clear filters" }));
  await screen.findByRole("link", { name: "train-done" });
  expect(asked()).toMatchObject({ function: null, action: null, label: null, since: null });
  expect(screen.getByRole("combobox", { name: "Label" })).toHaveValue("");
});

test("a link to the runs of a function asks for these alone, and is not remembered", async () => {
  const { asked, listRuns } = noting(() => [done]);
  const savePreferences = vi.fn(() => null);
  renderAt("/runs?function=train", {
    listRuns,
    savePreferences,
    preferences: () => ({ run_lists: { "": { show: "failed" } } }),
  });
  await screen.findByRole("link", { name: "train-done" });
  expect(asked()).toMatchObject({ function: "train", states: [] });
  expect(savePreferences).not.toHaveBeenCalled();
});

test("rows are walked, chosen and opened by keys", async () => {
  const { router } = renderAt("/runs", { listRuns: () => runList([live, failed, done]) });
  const row = (name: string) => screen.getByRole("link", { name }).closest("tr");
  await screen.findByRole("link", { name: "train-live" });
  expect(row("train-live")).toHaveAttribute("tabindex", "0");
  // The first key gives the focus to a row, as long as nothing else has it.
  await userEvent.keyboard("j");
  await waitFor(() => expect(row("train-live")).toHaveFocus());
  await userEvent.keyboard("{ArrowDown}");
  await waitFor(() => expect(row("train-oom")).toHaveFocus());
  expect(row("train-live")).toHaveAttribute("tabindex", "-1");
  await userEvent.keyboard(" ");
  expect(row("train-oom")).toHaveAttribute("aria-selected", "true");
  expect(screen.getByRole("group", { name: "Chosen runs" })).toHaveTextContent("1 run chosen");
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("group", { name: "Chosen runs" })).not.toBeInTheDocument();
  await userEvent.keyboard("k");
  await waitFor(() => expect(row("train-live")).toHaveFocus());
  await userEvent.keyboard("{Shift>}{ArrowDown}{ArrowDown}{/Shift}");
  await waitFor(() => expect(row("train-done")).toHaveFocus());
  expect(screen.getByRole("group", { name: "Chosen runs" })).toHaveTextContent("3 runs chosen");
  await userEvent.keyboard("{Shift>}{ArrowUp}{/Shift}");
  await waitFor(() => expect(row("train-oom")).toHaveFocus());
  expect(row("train-done")).toHaveAttribute("aria-selected", "false");
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(router.state.location.pathname).toBe(`/runs/${failed.id}`));
});

test("letters typed into a field move no row", async () => {
  renderAt("/runs", { listRuns: () => runList([live, done]) });
  await screen.findByRole("link", { name: "train-live" });
  await userEvent.type(screen.getByRole("textbox", { name: "Search runs" }), "jk");
  expect(screen.getByRole("textbox", { name: "Search runs" })).toHaveFocus();
  expect(screen.getByRole("textbox", { name: "Search runs" })).toHaveValue("jk");
});
