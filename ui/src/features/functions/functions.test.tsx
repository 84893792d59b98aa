import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { FunctionView } from "@/ipc";
import { failure } from "@/ipc/mock";
import { runView } from "@/test/builders";
import { renderAt } from "@/test/render";

const train: FunctionView = {
  name: "train",
  version: 2,
  image: "python:3.11",
  created: "2026-03-10T12:00:00Z",
  last_run: runView(),
};

const versions = [
  { version: 2, created: "2026-03-10T12:00:00Z", yaml: "kind: container\nspec:\n  image: python:3.12\n" },
  { version: 1, created: "2026-03-09T12:00:00Z", yaml: "kind: container\nspec:\n  image: python:3.11\n" },
];

test("functions are listed with what became of them last", async () => {
  renderAt("/functions", { listFunctions: () => [train] });
  const row = (await screen.findByRole("link", { name: "train" })).closest("tr");
  expect(row && within(row).getByText("Succeeded")).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Run train" })).toBeInTheDocument();
});

test("without functions the list says what one is", async () => {
  renderAt("/functions", { listFunctions: () => [] });
  expect(await screen.findByRole("heading", { name: "No functions yet" })).toBeInTheDocument();
});

test("a failure is told and can be tried again", async () => {
  const listFunctions = vi
    .fn<() => FunctionView[]>()
    .mockImplementationOnce(() => {
      throw failure("storage", "The history is locked by another program.");
    })
    .mockReturnValue([train]);
  renderAt("/functions", { listFunctions });
  await userEvent.click(await screen.findByRole("button", { name: "Retry" }));
  expect(await screen.findByRole("link", { name: "train" })).toBeInTheDocument();
});

test("two versions are compared line by line", async () => {
  renderAt("/functions/train", { functionVersions: () => versions });
  await userEvent.click(await screen.findByRole("tab", { name: "Versions 2" }));
  expect(await screen.findByText(/−\s+image: python:3.11/)).toBeInTheDocument();
  expect(screen.getByText(/\+\s+image: python:3.12/)).toBeInTheDocument();
});

test("deleting a function says what stays", async () => {
  const deleteFunction = vi.fn(() => 2);
  const { router } = renderAt("/functions/train", { functionVersions: () => versions, deleteFunction });
  await userEvent.click(await screen.findByRole("button", { name: "Delete…" }));
  const dialog = await screen.findByRole("dialog", { name: "Delete train" });
  expect(within(dialog).getByText(/Its runs stay/)).toBeInTheDocument();
  await userEvent.click(within(dialog).getByRole("button", { name: "Delete train, 2 versions" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/functions"));
  expect(deleteFunction).toHaveBeenCalledWith({ project: "default", name: "train" });
});

test("what becomes of each field of a file is told before anything is saved", async () => {
  const importFile = vi.fn(() => ["hello"]);
  renderAt("/functions", {
    listFunctions: () => [train],
    checkFile: ({ source }) =>
      JSON.stringify(source).includes("busybox")
        ? {
            problems: [],
            report: {
              notes: [
                { path: "spec.code", kind: "rewritten", message: 'Read as part of "source".' },
                { path: "spec.zeta", kind: "kept", message: "Unknown here; kept as it is." },
              ],
            },
            functions: [
              { name: "hello", version: 3, is_known: false, tasks: ["job"], suggested_command: null },
            ],
          }
        : {
            problems: [{ path: "spec.image", code: "required", message: "An image is needed." }],
            report: { notes: [] },
            functions: [],
          },
    importFile,
  });
  await userEvent.click(await screen.findByRole("button", { name: "From a file…" }));
  const dialog = await screen.findByRole("dialog", { name: "Functions from a file" });
  const field = within(dialog).getByRole("textbox", { name: "Content of the file" });
  await userEvent.type(field, "kind: container");
  expect(await within(dialog).findByText(/An image is needed/)).toBeInTheDocument();
  expect(within(dialog).getByRole("button", { name: "Save" })).toBeDisabled();
  await userEvent.type(field, "{Enter}image: busybox");
  await waitFor(() => expect(within(dialog).getByRole("button", { name: "Save" })).toBeEnabled());
  expect(within(dialog).getByRole("region", { name: "What would be saved" })).toHaveTextContent(
    "hello as version 3, with defaults for job",
  );
  expect(within(dialog).getByRole("region", { name: "Rewritten" })).toHaveTextContent("spec.code");
  expect(within(dialog).getByRole("region", { name: "Kept as unknown" })).toHaveTextContent("spec.zeta");
  expect(importFile).not.toHaveBeenCalled();
  await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await within(dialog).findByText("Saved: hello.")).toBeInTheDocument();
});

test("while a file is read, that is told", async () => {
  renderAt("/functions", {
    listFunctions: () => [train],
    checkFile: () => new Promise<never>(() => undefined),
  });
  await userEvent.click(await screen.findByRole("button", { name: "From a file…" }));
  const dialog = await screen.findByRole("dialog", { name: "Functions from a file" });
  await userEvent.type(within(dialog).getByRole("textbox", { name: "Content of the file" }), "kind: x");
  expect(await within(dialog).findByRole("status", { name: "Loading the file" })).toBeInTheDocument();
});

test("a file is read by its path, and a path that leads nowhere says so at its field", async () => {
  const importFile = vi.fn(() => ["train"]);
  const checkFile = vi.fn(({ source }: Record<string, unknown>) => {
    if (JSON.stringify(source).includes("nowhere"))
      throw failure("invalid_input", "The file /nowhere.yaml cannot be read.");
    return {
      problems: [],
      report: { notes: [] },
      functions: [{ name: "train", version: 1, is_known: false, tasks: [], suggested_command: null }],
    };
  });
  renderAt("/functions", { listFunctions: () => [train], checkFile, importFile });
  await userEvent.click(await screen.findByRole("button", { name: "From a file…" }));
  const dialog = await screen.findByRole("dialog", { name: "Functions from a file" });
  const path = within(dialog).getByRole("textbox", { name: "File on this machine" });
  await userEvent.type(path, "/nowhere.yaml");
  expect(within(dialog).queryByRole("textbox", { name: "Content of the file" })).not.toBeInTheDocument();
  expect(await within(dialog).findByText("The file /nowhere.yaml cannot be read.")).toBeInTheDocument();
  expect(path).toBeInvalid();
  await userEvent.clear(path);
  await userEvent.type(path, "~/train.yaml");
  await waitFor(() => expect(within(dialog).getByRole("button", { name: "Save" })).toBeEnabled());
  await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await within(dialog).findByText("Saved: train.")).toBeInTheDocument();
  expect(importFile).toHaveBeenCalledWith({ project: "default", source: { path: "~/train.yaml" } });
});
