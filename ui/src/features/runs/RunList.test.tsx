import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { announceRuns, failure } from "@/ipc/mock";
import { connection, logPage, runDetails, runList, runningView, runView, storedLog } from "@/test/builders";
import { renderAt } from "@/test/render";

const done = runView({ id: "aaaa1111-0000-4000-8000-000000000000", name: "train-done" });
const live = runningView({
  id: "bbbb2222-0000-4000-8000-000000000000",
  name: "train-live",
  seq: 2,
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
  expect(screen.queryByRole("table")).not.toBeInTheDocument();
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
    JSON.stringify(filter).includes('"before":2') ? runList([done]) : runList([live], { more: true }),
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
  await userEvent.click(await screen.findByRole("cell", { name: "Succeeded" }));
  const drawer = await screen.findByRole("dialog", { name: "train-done" });
  expect(await within(drawer).findByText(/line 1/)).toBeInTheDocument();
  expect(within(drawer).getByRole("link", { name: "Open" })).toBeInTheDocument();
});
