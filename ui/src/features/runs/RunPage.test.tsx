import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { emptyDraft, toForm } from "@/features/launch/draft";
import { failure } from "@/ipc/mock";
import { connection, runDetails, runningView, runView } from "@/test/builders";
import { renderAt } from "@/test/render";

const id = "aaaa1111-0000-4000-8000-000000000000";
const live = runningView({ id, name: "train-live" });
const failed = runView({
  id,
  name: "train-oom",
  word: "failed",
  state: "ERROR",
  reason: "OutOfMemory",
  message: "The container used more than its limit of 512Mi.",
  exit_code: 137,
});

test("a failed run begins with why", async () => {
  renderAt(`/runs/${id}`, { runDetails: () => runDetails(failed) });
  const why = await screen.findByRole("region", { name: "Why" });
  expect(why).toHaveTextContent("Out of memory");
  expect(why).toHaveTextContent("The container used more than its limit of 512Mi.");
  expect(why).toHaveTextContent("exit code 137");
  expect(screen.queryByRole("button", { name: "Stop" })).not.toBeInTheDocument();
});

test("a run that is not there says so", async () => {
  renderAt(`/runs/${id}`, {
    runDetails: () => {
      throw failure("not_found", "There is no such run.");
    },
  });
  expect(await screen.findByRole("alert")).toHaveTextContent("There is no such run.");
});

test("stop is asked of the core, and a refusal is told without losing the page", async () => {
  const stopRun = vi.fn().mockImplementation(() => {
    throw failure("not_ours", "This run was launched by another installation.");
  });
  renderAt(`/runs/${id}`, { runDetails: () => runDetails(live), stopRun });
  await userEvent.click(await screen.findByRole("button", { name: "Stop" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(
    "This run was launched by another installation.",
  );
  expect(stopRun).toHaveBeenCalledWith({ run: id });
  expect(screen.getByRole("heading", { name: "train-live" })).toBeInTheDocument();
});

test("a run of another installation is looked at, not stopped", async () => {
  const foreign = { ...live, installation: "88888888-0000-4000-8000-000000000000" };
  renderAt(`/runs/${id}`, { runDetails: () => runDetails(foreign) });
  expect(await screen.findByText(/Launched by another installation/)).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Stop" })).not.toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Rerun" })).toBeInTheDocument();
});

test("a rerun opens the new run", async () => {
  const next = runningView({ id: "bbbb2222-0000-4000-8000-000000000000", name: "train-again" });
  const { router } = renderAt(`/runs/${id}`, {
    runDetails: ({ run }) => runDetails(run === id ? failed : next),
    rerunRun: () => next,
  });
  await userEvent.click(await screen.findByRole("button", { name: "Rerun" }));
  expect(await screen.findByRole("heading", { name: "train-again" })).toBeInTheDocument();
  expect(router.state.location.pathname).toBe(`/runs/${next.id}`);
});

test("delete asks what shall go", async () => {
  const deleteRun = vi.fn(() => null);
  const { router } = renderAt(`/runs/${id}`, { runDetails: () => runDetails(failed), deleteRun });
  await userEvent.click(await screen.findByRole("button", { name: "More actions" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Delete…" }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.click(within(dialog).getByRole("checkbox", { name: "From the cluster" }));
  await userEvent.click(within(dialog).getByRole("button", { name: "Delete train-oom" }));
  await waitFor(() =>
    expect(deleteRun).toHaveBeenCalledWith({ run: id, scope: { history: true, objects: false } }),
  );
  await waitFor(() => expect(router.state.location.pathname).toBe("/runs"));
});

test("the overview tells each value with its origin", async () => {
  const details = runDetails(failed, {
    values: [
      { path: "image", value: "python:3.11", origin: "function" },
      { path: "envs.LR", value: "0.1", origin: "run" },
    ],
    objects: [{ kind: "Job", name: "train-oom", uid: "u1" }],
  });
  renderAt(`/runs/${id}?tab=overview`, { runDetails: () => details });
  expect((await screen.findByText("python:3.11")).closest("tr")).toHaveTextContent(
    "Imagepython:3.11function",
  );
  expect(screen.getByTitle("envs.LR").closest("tr")).toHaveTextContent(/^Environment.*LR0\.1run$/);
});

test("a live run is stale while its own place is not heard from, a finished one never", async () => {
  const connections = [connection({ state: "stale" })];
  const engineStatus = () => ({ is_ours: true, captures: 0, connections });
  const first = renderAt(`/runs/${id}`, { runDetails: () => runDetails(live), engineStatus });
  expect(await screen.findByText(/Nothing was heard from lab/)).toBeInTheDocument();
  first.unmount();
  renderAt(`/runs/${id}`, { runDetails: () => runDetails(failed), engineStatus });
  await screen.findByRole("heading", { name: "train-oom" });
  await waitFor(() => expect(screen.getByRole("status", { name: "Connection" })).toHaveTextContent("Stale"));
  expect(screen.queryByText(/Nothing was heard from lab/)).not.toBeInTheDocument();
});

test("what the time was spent on is told step by step", async () => {
  renderAt(`/runs/${id}`, {
    runDetails: () =>
      runDetails(failed, {
        spans: [
          {
            attempt: 1,
            step: "queued",
            from: "2026-03-10T12:00:00Z",
            to: "2026-03-10T12:00:01Z",
            bytes: null,
          },
          {
            attempt: 1,
            step: "running",
            from: "2026-03-10T12:00:01Z",
            to: "2026-03-10T12:00:42Z",
            bytes: null,
          },
        ],
      }),
  });
  const bar = await screen.findByRole("region", { name: "What the time was spent on" });
  expect(
    within(bar)
      .getAllByRole("listitem")
      .map((item) => item.textContent),
  ).toEqual(["Queued1.0 s", "Running41.0 s"]);
});

test("out of memory leads to the form with twice the limit, and tells the difference", async () => {
  const run = runView({
    id,
    word: "failed",
    state: "ERROR",
    reason: "OutOfMemory",
    message: "It was killed.",
  });
  const form = {
    ...toForm({ ...emptyDraft, name: "train", image: "python:3.11", memory_limit: "512Mi" }, "", {
      context: "lab",
      namespace: "team",
      project: "default",
    }),
    parent: id,
  };
  renderAt(`/runs/${id}`, {
    runDetails: () =>
      runDetails(run, { values: [{ path: "resources.mem.limits", value: "512Mi", origin: null }] }),
    runForm: () => form,
    previewRun: () => ({
      problems: [],
      yaml: "kind: Job\n",
      values: [],
      command: null,
      args: null,
      unused_code: null,
      target: "lab / team",
    }),
  });
  await userEvent.click(await screen.findByRole("link", { name: "Rerun with 1 GiB" }));
  expect(await screen.findByRole("textbox", { name: "Memory at most" })).toHaveValue("1Gi");
  const changed = await screen.findByRole("region", { name: "Changed" });
  expect(within(changed).getByText("Memory at most")).toBeInTheDocument();
});

test("the objects are shown as they were submitted and as they are now, or that they are gone", async () => {
  const liveYaml = vi.fn(() => "kind: Job\nstatus:\n  failed: 1\n");
  renderAt(`/runs/${id}?tab=yaml`, { runDetails: () => runDetails(failed), liveYaml });
  expect(await screen.findByText(/^kind: Job$/)).toBeInTheDocument();
  expect(liveYaml).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole("radio", { name: "As it is in the cluster" }));
  expect(await screen.findByText(/failed: 1/)).toBeInTheDocument();
});

test("how the state changed is told in the words of the list, not in those of the history", async () => {
  const change = {
    revision: 3,
    at: "2026-03-10T12:00:42Z",
    state: "ERROR",
    phase: "finished",
    doing: "finished",
    reason: "OutOfMemory",
    message: null,
  } as const;
  renderAt(`/runs/${id}?tab=events`, { runDetails: () => runDetails(failed, { transitions: [change] }) });
  const table = await screen.findByRole("table", { name: "Changes of state" });
  expect(within(table).getByRole("cell", { name: "Failed" })).toBeInTheDocument();
  expect(within(table).getByRole("cell", { name: "Out of memory" })).toBeInTheDocument();
});
