import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { failure, type Backend } from "@/ipc/mock";
import { version } from "@/shared/version";

import { runDetails, runList, runView } from "./builders";
import { renderAt } from "./render";

const id = "aaaa1111-0000-4000-8000-000000000000";
const run = runView({ id, name: "train-aaaa" });
const other = runView({ id: "bbbb1111-0000-4000-8000-000000000000", name: "train-bbbb" });

const versions = [
  { version: 2, created: "2026-03-10T12:00:00Z", yaml: "kind: container\n" },
  { version: 1, created: "2026-03-09T12:00:00Z", yaml: "kind: container\n" },
];

type Ask = {
  what: string;
  at: string;
  backend: Backend;
  /** The command that must not be sent before it is confirmed. */
  command: keyof Backend;
  open: () => Promise<void>;
  title: string;
  keep: string;
  confirm: string;
};

const asks: Ask[] = [
  {
    what: "a run",
    at: `/runs/${id}`,
    backend: { runDetails: () => runDetails(run) },
    command: "deleteRun",
    open: async () => {
      await userEvent.click(await screen.findByRole("button", { name: "More actions" }));
      await userEvent.click(await screen.findByRole("menuitem", { name: "Delete…" }));
    },
    title: "Delete train-aaaa",
    keep: "Keep",
    confirm: "Delete train-aaaa",
  },
  {
    what: "several runs",
    at: "/runs",
    backend: { listRuns: () => runList([other, run]) },
    command: "deleteRun",
    open: async () => {
      const all = await screen.findByRole("checkbox", { name: "Choose all runs shown" });
      if (!(all instanceof HTMLInputElement && all.checked)) await userEvent.click(all);
      await userEvent.click(await screen.findByRole("button", { name: "Delete…" }));
    },
    title: "Delete 2 runs",
    keep: "Keep",
    confirm: "Delete 2 runs",
  },
  {
    what: "a function",
    at: "/functions/train",
    backend: { functionVersions: () => versions },
    command: "deleteFunction",
    open: async () => userEvent.click(await screen.findByRole("button", { name: "Delete…" })),
    title: "Delete train",
    keep: "Keep",
    confirm: "Delete train, 2 versions",
  },
  {
    what: "a launch on a protected context",
    at: "/new?starter=python",
    backend: {
      contextLooks: () => ({ lab: { is_protected: true } }),
      previewRun: () => ({
        problems: [],
        yaml: "kind: Job\n",
        values: [],
        command: null,
        args: null,
        unused_code: null,
        target: "lab / team",
      }),
    },
    command: "launchRun",
    open: async () => {
      await screen.findByText("A job in lab / team");
      await userEvent.click(await screen.findByRole("button", { name: /^Run/ }));
    },
    title: "Launch on lab?",
    keep: "Not now",
    confirm: "Launch",
  },
];

test.each(asks)("$what: the safe button has the focus, Escape and it do nothing", async (ask) => {
  const deed = vi.fn(() => null);
  renderAt(ask.at, { ...ask.backend, [ask.command]: deed });
  await ask.open();
  const dialog = await screen.findByRole("dialog", { name: ask.title });
  const keep = within(dialog).getByRole("button", { name: ask.keep });
  await waitFor(() => expect(keep).toHaveFocus());
  expect(within(dialog).getByRole("button", { name: ask.confirm })).toBeEnabled();
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog", { name: ask.title })).not.toBeInTheDocument());
  await ask.open();
  await userEvent.click(await screen.findByRole("button", { name: ask.keep }));
  await waitFor(() => expect(screen.queryByRole("dialog", { name: ask.title })).not.toBeInTheDocument());
  expect(deed).not.toHaveBeenCalled();
});

test("what cannot be deleted is told in the dialog, which stays", async () => {
  renderAt("/functions/train", {
    functionVersions: () => versions,
    deleteFunction: () => {
      throw failure("storage", "the history is locked");
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Delete…" }));
  const dialog = await screen.findByRole("dialog", { name: "Delete train" });
  await userEvent.click(within(dialog).getByRole("button", { name: "Delete train, 2 versions" }));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent("The history is locked.");
});

test("the details of a failure are copied with version, screen and time", async () => {
  const user = userEvent.setup();
  renderAt("/functions/train", {
    functionVersions: () => {
      throw failure("storage", "the history is locked", { detail: "SQLITE_BUSY" });
    },
  });
  await user.click(await screen.findByRole("button", { name: "Copy details" }));
  expect(await screen.findByRole("button", { name: "Copied" })).toBeInTheDocument();
  const copied = await navigator.clipboard.readText();
  expect(copied).toContain("The history cannot be used\nThe history is locked.\n");
  expect(copied).toMatch(new RegExp(`Berth ${version}, screen /functions/train, \\d{4}-\\d\\d-\\d\\dT`));
  expect(copied).toContain("Raw message: SQLITE_BUSY");
});

test("what cannot be copied is not said to be", async () => {
  const user = userEvent.setup();
  vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("denied"));
  renderAt("/functions/train", { functionVersions: () => versions });
  await user.click(await screen.findByRole("button", { name: "Copy YAML" }));
  expect(await screen.findByRole("button", { name: "Could not be copied" })).toBeInTheDocument();
});
