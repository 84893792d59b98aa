import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { failure } from "@/ipc/mock";
import { connection, runDetails, runList, runView } from "@/test/builders";
import { renderAt } from "@/test/render";

test("keys lead to screens, and not while something is typed", async () => {
  const { router } = renderAt("/runs");
  await screen.findByRole("heading", { name: "Runs" });
  await userEvent.keyboard("gf");
  await waitFor(() => expect(router.state.location.pathname).toBe("/functions"));
  await userEvent.keyboard("gr");
  await waitFor(() => expect(router.state.location.pathname).toBe("/runs"));
  await screen.findByRole("textbox", { name: "Search runs" });
  await userEvent.keyboard("/");
  expect(await screen.findByRole("textbox", { name: "Search runs" })).toHaveFocus();
  await userEvent.keyboard("n");
  expect(router.state.location.pathname).toBe("/runs");
});

test("the question mark lists the keys", async () => {
  renderAt("/runs");
  await screen.findByRole("heading", { name: "Runs" });
  await userEvent.keyboard("?");
  const dialog = await screen.findByRole("dialog", { name: "Keys" });
  expect(within(dialog).getByText("G then R")).toBeInTheDocument();
});

test("the palette finds a run by its name and opens it", async () => {
  const run = runView({ name: "train-abc" });
  const listRuns = vi.fn(() => runList([run]));
  const { router } = renderAt("/functions", { listRuns });
  await screen.findByRole("heading", { name: "Functions" });
  await userEvent.keyboard("{Control>}k{/Control}");
  await userEvent.type(await screen.findByRole("textbox", { name: "Search everything" }), "train");
  await userEvent.click(await screen.findByRole("option", { name: /train-abc/ }));
  await waitFor(() => expect(router.state.location.pathname).toBe(`/runs/${run.id}`));
});

test("a context gets a colour and a name of one's own in the settings", async () => {
  const looks: Record<string, object> = {};
  const saveContextLook = vi.fn(({ context, look }: Record<string, unknown>) => {
    looks[String(context)] = Object(look);
    return null;
  });
  renderAt("/settings", { contextLooks: () => looks, saveContextLook });
  await userEvent.type(
    await screen.findByRole("textbox", { name: "Name of your own for lab" }),
    "the lab{Enter}",
  );
  await userEvent.click(screen.getByRole("radio", { name: "teal" }));
  await waitFor(() => expect(screen.getByRole("combobox", { name: "Context" })).toHaveValue("the lab"));
  await waitFor(() => expect(screen.getByRole("radio", { name: "teal" })).toBeChecked());
});

test("a context is asked whether it answers only when the person asks", async () => {
  const checkContext = vi.fn(() => ({ context: "lab", version: "v1.34.4", error: null, namespaces: [] }));
  renderAt("/settings", { checkContext });
  const button = await screen.findByRole("button", { name: "Check lab" });
  expect(checkContext).not.toHaveBeenCalled();
  await userEvent.click(button);
  expect(await screen.findByText("Answers, v1.34.4")).toBeInTheDocument();
});

test("a context tells its live runs, and is found by its cluster", async () => {
  const lab = {
    kubeconfig: "/k",
    user: "ada",
    namespace: "team",
    server: null,
    is_current: true,
    problem: null,
  };
  renderAt("/functions", {
    contexts: () => ({
      contexts: [
        { ...lab, name: "lab", cluster: "lab" },
        { ...lab, name: "far", cluster: "moon", is_current: false },
      ],
      problems: [],
    }),
    standing: () => ({ live: [{ context: "far", runs: 3 }], looks: [] }),
  });
  const input = await screen.findByRole("combobox", { name: "Context" });
  await waitFor(() => expect(input).toHaveValue("lab"));
  await userEvent.clear(input);
  await userEvent.type(input, "moon");
  const option = await screen.findByRole("option");
  expect(option).toHaveTextContent("far");
  expect(option).toHaveTextContent("3 live runs");
});

test("another project is shown by itself: its functions, its runs, its drafts", async () => {
  const savePreferences = vi.fn(() => null);
  const listFunctions = vi.fn(() => []);
  const listRuns = vi.fn(() => runList([]));
  const { router } = renderAt("/functions/train", {
    projects: () =>
      ["churn", "default"].map((name) => ({ name, description: null, target: null, registry: null })),
    functionVersions: () => [],
    listFunctions,
    listRuns,
    savePreferences,
  });
  await userEvent.click(await screen.findByRole("combobox", { name: "Project: default" }));
  await userEvent.click(await screen.findByRole("option", { name: /churn/ }));
  await screen.findByRole("combobox", { name: "Project: churn" });
  await waitFor(() => expect(router.state.location.pathname).toBe("/functions"));
  await waitFor(() => expect(listFunctions).toHaveBeenLastCalledWith({ project: "churn" }));
  expect(savePreferences).toHaveBeenCalledWith({ preferences: { project: "churn" } });
  await userEvent.keyboard("gr");
  await waitFor(() => {
    const filters = listRuns.mock.calls.map(([args]: unknown[]) => JSON.stringify(args));
    expect(filters.some((filter) => filter.includes('"project":"churn"'))).toBe(true);
  });
});

test("a project is made by its name, and what is none is told where it was typed", async () => {
  const createProject = vi.fn(({ name }: Record<string, unknown>) => {
    if (name === "No") throw failure("invalid_input", "A project's name is lower case.");
    return { name: String(name), description: null, target: null, registry: null };
  });
  renderAt("/runs", { createProject });
  await userEvent.click(await screen.findByRole("combobox", { name: "Project: default" }));
  const field = await screen.findByRole("textbox", { name: "Find or name a project" });
  await userEvent.type(field, "No");
  await userEvent.click(await screen.findByRole("option", { name: /Make project/ }));
  expect(await screen.findByText("A project's name is lower case.")).toBeInTheDocument();
  await userEvent.clear(field);
  await userEvent.type(field, "churn");
  await userEvent.click(await screen.findByRole("option", { name: /Make project/ }));
  expect(await screen.findByRole("combobox", { name: "Project: churn" })).toBeInTheDocument();
});

test("the palette finds a namespace of the context, which is asked only then", async () => {
  const savePreferences = vi.fn(() => null);
  const checkContext = vi.fn(() => ({
    context: "lab",
    version: "v1",
    error: null,
    namespaces: ["team", "other"],
  }));
  renderAt("/functions", { checkContext, savePreferences });
  await screen.findByRole("heading", { name: "Functions" });
  await userEvent.keyboard("{Control>}k{/Control}");
  const field = await screen.findByRole("textbox", { name: "Search everything" });
  expect(checkContext).not.toHaveBeenCalled();
  await userEvent.type(field, "oth");
  await userEvent.click(await screen.findByRole("option", { name: "other" }));
  await waitFor(() => expect(screen.getByRole("combobox", { name: "Namespace" })).toHaveValue("other"));
  expect(savePreferences).toHaveBeenCalledWith({
    preferences: { context: "lab", namespaces: { lab: "other" }, recent_namespaces: { lab: ["other"] } },
  });
});

test("what needs a look is counted and leads there; the connection tells each place", async () => {
  const run = runView();
  const { router } = renderAt("/functions", {
    standing: () => ({
      live: [],
      looks: [{ run: run.id, name: run.name, context: "lab", why: "No node has a free GPU." }],
    }),
    engineStatus: () => ({ is_ours: true, captures: 0, connections: [connection({ state: "stale" })] }),
    runDetails: () => runDetails(run),
  });
  await userEvent.click(await screen.findByRole("button", { name: /^Stale since/ }));
  const dialog = await screen.findByRole("dialog", { name: /^Stale since/ });
  expect(within(dialog).getByText(/Nothing was heard from lab \/ team since/)).toBeInTheDocument();
  await userEvent.click(within(dialog).getByRole("button", { name: "Check lab" }));
  expect(await within(dialog).findByText("Answers, v1.34.4")).toBeInTheDocument();
  await userEvent.keyboard("{Escape}");
  await userEvent.click(screen.getByRole("button", { name: /1 run needs a look/ }));
  expect(await screen.findByText("lab · No node has a free GPU.")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("link", { name: run.name }));
  await waitFor(() => expect(router.state.location.pathname).toBe(`/runs/${run.id}`));
});

test("Ctrl and plus, minus and zero change the size of everything, which is kept", async () => {
  const savePreferences = vi.fn(() => null);
  renderAt("/runs", { savePreferences });
  await screen.findByRole("heading", { name: "Runs" });
  await userEvent.keyboard("{Control>}={/Control}");
  expect(savePreferences).toHaveBeenLastCalledWith({ preferences: { zoom: 110 } });
  await userEvent.keyboard("{Control>}-{/Control}");
  await userEvent.keyboard("{Control>}-{/Control}");
  expect(savePreferences).toHaveBeenLastCalledWith({ preferences: { zoom: 90 } });
  await userEvent.keyboard("{Control>}0{/Control}");
  expect(savePreferences).toHaveBeenLastCalledWith({ preferences: { zoom: 100 } });
});
