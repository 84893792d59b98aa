import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { runList, runView } from "@/test/builders";
import { renderAt } from "@/test/render";

test("keys lead to screens, and not while something is typed", async () => {
  const { router } = renderAt("/runs");
  await screen.findByRole("heading", { name: "Runs" });
  await userEvent.keyboard("gf");
  await waitFor(() => expect(router.state.location.pathname).toBe("/functions"));
  await userEvent.keyboard("gr");
  await waitFor(() => expect(router.state.location.pathname).toBe("/runs"));
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
  expect(await screen.findByText("answers, v1.34.4")).toBeInTheDocument();
});
