import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { ExportPlan, ProjectReport, ProjectView } from "@/ipc";
import { failure } from "@/ipc/mock";
import { renderAt } from "@/test/render";

const project = (name: string): ProjectView => ({ name, description: null, target: null, registry: null });
const known = { projects: () => [project("churn"), project("default")] };

const plan = (isThere: boolean): ExportPlan => ({
  files: [
    { path: "/home/ada/churn.yaml", is_there: isThere, functions: ["train"] },
    { path: "/home/ada/functions/score-1a2b3c4d.yaml", is_there: false, functions: ["score"] },
  ],
  left_out: ["Secrets stay in the keyring of this machine (2): set them again there."],
});

test("an export tells its files before it writes them, and asks before it writes over one", async () => {
  const exportProject = vi.fn(() => plan(true));
  renderAt("/settings", { ...known, planExport: () => plan(true), exportProject });
  await userEvent.click(await screen.findByRole("button", { name: "Export churn" }));
  const dialog = await screen.findByRole("dialog", { name: "Export churn" });
  expect(within(dialog).getByLabelText("File or folder")).toHaveValue("~/churn.yaml");
  const files = await within(dialog).findByRole("region", { name: "What will be written" });
  expect(within(files).getByText("the project, with train")).toBeInTheDocument();
  expect(within(files).getByText("score")).toBeInTheDocument();
  expect(within(files).getByText(/Secrets stay in the keyring/)).toBeInTheDocument();
  const button = within(dialog).getByRole("button", { name: "Export" });
  expect(button).toBeDisabled();
  await userEvent.click(within(dialog).getByLabelText("Write over what is there"));
  await userEvent.click(button);
  expect(await within(dialog).findByRole("status")).toHaveTextContent("/home/ada/churn.yaml");
  expect(exportProject).toHaveBeenCalledExactlyOnceWith({
    project: "churn",
    path: "~/churn.yaml",
    generation: "current",
    overwrite: true,
  });
});

test("a path that is none is told at its field, and a failed export by its cause", async () => {
  renderAt("/settings", {
    ...known,
    planExport: ({ path }) => {
      if (path === "x") throw failure("invalid_input", "Write the whole path of the file.");
      return plan(false);
    },
    exportProject: () => {
      throw failure("storage", "/home/ada/churn.yaml cannot be written: permission denied");
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Export churn" }));
  const dialog = await screen.findByRole("dialog", { name: "Export churn" });
  const path = within(dialog).getByLabelText("File or folder");
  await userEvent.clear(path);
  await userEvent.type(path, "x");
  expect(await within(dialog).findByText("Write the whole path of the file.")).toBeInTheDocument();
  expect(path).toBeInvalid();
  await userEvent.clear(path);
  await userEvent.type(path, "/home/ada/churn.yaml");
  await waitFor(() => expect(within(dialog).getByRole("button", { name: "Export" })).toBeEnabled());
  await userEvent.click(within(dialog).getByRole("button", { name: "Export" }));
  expect(await within(dialog).findByText("It could not be written")).toBeInTheDocument();
  expect(within(dialog).getByText(/permission denied/)).toBeInTheDocument();
});

const report: ProjectReport = {
  project: "iris",
  is_new: true,
  file: {
    problems: [],
    report: {
      notes: [
        { path: "spec.functions[0].spec.code", kind: "rewritten", message: 'Read as part of "source".' },
        { path: "spec.zeta", kind: "kept", message: "Unknown here; kept as it is." },
        { path: "kind", kind: "refused", message: "Runs are not taken in." },
      ],
    },
    functions: [{ name: "train", version: 1, is_known: false, tasks: ["job"], suggested_command: null }],
  },
};

test("an import reports every field before anything is saved, then says what was, and switches", async () => {
  const savePreferences = vi.fn(() => null);
  const importProject = vi.fn(() => ({ project: project("iris"), is_new: true, functions: ["train"] }));
  renderAt("/settings", {
    ...known,
    savePreferences,
    checkProject: () => report,
    importProject,
  });
  await userEvent.click(await screen.findByRole("button", { name: "Import a project…" }));
  const dialog = await screen.findByRole("dialog", { name: "Import a project" });
  expect(within(dialog).getByRole("button", { name: "Import" })).toBeDisabled();
  await userEvent.type(within(dialog).getByLabelText("File on this machine"), "~/iris");
  expect(await within(dialog).findByRole("region", { name: "Rewritten" })).toHaveTextContent("spec.code");
  expect(within(dialog).getByRole("region", { name: "Kept as unknown" })).toHaveTextContent("spec.zeta");
  expect(within(dialog).getByRole("region", { name: "Refused" })).toHaveTextContent("Runs are not taken in.");
  expect(within(dialog).getByRole("region", { name: "What would be saved" })).toHaveTextContent(
    "train as a new function, with defaults for job",
  );
  expect(within(dialog).getByText(/will be made/)).toHaveTextContent("Project iris will be made.");
  expect(importProject).not.toHaveBeenCalled();
  await userEvent.click(within(dialog).getByRole("button", { name: "Import" }));
  expect(await within(dialog).findByText("Project iris made; saved: train.")).toBeInTheDocument();
  expect(importProject).toHaveBeenCalledExactlyOnceWith({
    project: "default",
    into: null,
    source: { path: "~/iris" },
  });
  await userEvent.click(within(dialog).getByRole("button", { name: "Switch to iris" }));
  await waitFor(() => expect(savePreferences).toHaveBeenCalledWith({ preferences: { project: "iris" } }));
});

test("while the files of a project are read, and while an export is planned, that is told", async () => {
  const never = () => new Promise<never>(() => undefined);
  renderAt("/settings", { ...known, checkProject: never, planExport: never });
  await userEvent.click(await screen.findByRole("button", { name: "Import a project…" }));
  const reading = await screen.findByRole("dialog", { name: "Import a project" });
  expect(within(reading).queryByRole("status")).not.toBeInTheDocument();
  await userEvent.type(within(reading).getByLabelText("File on this machine"), "~/iris");
  expect(await within(reading).findByRole("status", { name: "Loading the file" })).toBeInTheDocument();
  await userEvent.click(within(reading).getByRole("button", { name: "Cancel" }));
  await userEvent.click(await screen.findByRole("button", { name: "Export churn" }));
  expect(await screen.findByRole("status", { name: "Loading what will be written" })).toBeInTheDocument();
});

test("what is wrong with the files of a project keeps them out", async () => {
  const problems = [
    { path: "spec.functions[0].spec.image", code: "required", message: "An image is needed." },
  ];
  renderAt("/settings", {
    ...known,
    checkProject: () => ({ ...report, file: { ...report.file, problems, functions: [] } }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Import a project…" }));
  const dialog = await screen.findByRole("dialog", { name: "Import a project" });
  await userEvent.type(within(dialog).getByLabelText("Content of the file"), "kind: project");
  expect(await within(dialog).findByText(/An image is needed/)).toBeInTheDocument();
  expect(within(dialog).getByRole("button", { name: "Import" })).toBeDisabled();
});

test("a project is made and switched to where all are listed", async () => {
  const savePreferences = vi.fn(() => null);
  let projects = known.projects();
  const createProject = vi.fn(() => {
    projects = [...projects, project("spam")];
    return project("spam");
  });
  renderAt("/settings", {
    projects: () => projects,
    createProject,
    savePreferences,
  });
  await userEvent.type(await screen.findByLabelText("Name of a new project"), "spam");
  await userEvent.click(screen.getByRole("button", { name: "Make project" }));
  await userEvent.click(await screen.findByRole("button", { name: "Switch to spam" }));
  await waitFor(() => expect(savePreferences).toHaveBeenCalledWith({ preferences: { project: "spam" } }));
  expect(createProject).toHaveBeenCalledWith({ name: "spam" });
});
