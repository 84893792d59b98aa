import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { failure, type Backend } from "@/ipc/mock";

import { contextView, runList } from "./builders";
import { renderAt } from "./render";

/** What is around every screen, where what it reads is not there. */

const broken = () => {
  throw failure("storage", "the file is locked", { detail: "EBUSY" });
};

const reads = [
  { command: "contexts", title: "The contexts cannot be read", answer: { contexts: [], problems: [] } },
  {
    command: "startup",
    title: "How Berth started cannot be read",
    answer: { data_dir: "/data", installation: "x", notices: [] },
  },
  { command: "preferences", title: "The preferences cannot be read", answer: {} },
] as const;

test.each(reads)("$title: it is told above the screen, which stays", async ({ command, title, answer }) => {
  const asked = vi.fn<() => unknown>(broken);
  renderAt("/functions", { [command]: asked });
  const alert = (await screen.findByText(title)).closest("[role=alert]");
  expect(alert).toHaveTextContent("The file is locked.");
  expect(await screen.findByRole("heading", { name: "No functions yet" })).toBeInTheDocument();
  asked.mockImplementation(() => answer);
  await userEvent.click(screen.getByRole("button", { name: "Retry" }));
  await waitFor(() => expect(screen.queryByText(title)).not.toBeInTheDocument());
});

test("what was set shows although it could not be stored, and that is told until it could", async () => {
  const savePreferences = vi.fn<NonNullable<Backend["savePreferences"]>>(broken);
  renderAt("/settings", { savePreferences });
  await userEvent.click(await screen.findByRole("radio", { name: "Dark" }));
  const title = "What was set is not stored: it lasts until Berth is closed";
  expect(await screen.findByText(title)).toBeInTheDocument();
  expect(screen.getByRole("radio", { name: "Dark" })).toBeChecked();
  savePreferences.mockImplementation(() => null);
  await userEvent.click(screen.getByRole("button", { name: "Retry" }));
  await waitFor(() => expect(screen.queryByText(title)).not.toBeInTheDocument());
  expect(savePreferences).toHaveBeenLastCalledWith({ preferences: { theme: "dark" } });
});

test("a notice is a sentence, and gone once it is dismissed", async () => {
  renderAt("/runs", {
    startup: () => ({ data_dir: "/data", installation: "x", notices: ["the preferences were set aside"] }),
  });
  expect(await screen.findByText("The preferences were set aside.")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(screen.queryByText("The preferences were set aside.")).not.toBeInTheDocument();
});

async function palette(backend: Backend) {
  renderAt("/settings", backend);
  await screen.findByRole("heading", { name: "Settings" });
  await userEvent.keyboard("{Control>}k{/Control}");
  const dialog = await screen.findByRole("dialog", { name: "Search everything" });
  return { dialog, field: await within(dialog).findByRole("textbox", { name: "Search everything" }) };
}

test("the palette says that it is looking, then that nothing was found", async () => {
  let answer: (list: ReturnType<typeof runList>) => void = () => undefined;
  const { dialog, field } = await palette({
    listRuns: ({ filter }) =>
      JSON.stringify(filter).includes("zzz")
        ? new Promise((resolve) => {
            answer = resolve;
          })
        : runList([]),
  });
  await userEvent.type(field, "zzz");
  expect(await within(dialog).findByText("Looking…")).toBeInTheDocument();
  await waitFor(() => {
    answer(runList([]));
    expect(within(dialog).getByText("Nothing has that in its name.")).toBeInTheDocument();
  });
});

test("the palette finds screens while what else it reads is awaited, and says so where nothing fits", async () => {
  const { dialog, field } = await palette({ functionNames: () => new Promise(() => undefined) });
  expect(within(dialog).getByRole("option", { name: "Runs" })).toBeInTheDocument();
  await userEvent.type(field, "zzz");
  expect(await within(dialog).findByText("Looking…")).toBeInTheDocument();
});

test("the palette tells what cannot be searched, and finds the rest", async () => {
  const { dialog } = await palette({ functionNames: broken });
  expect(await within(dialog).findByRole("alert")).toHaveTextContent("Functions cannot be searched");
  expect(within(dialog).getByRole("option", { name: "Runs" })).toBeInTheDocument();
});

/** Opens the list of namespaces; resolves to it. */
async function namespaces(backend: Backend) {
  renderAt("/settings", backend);
  const field = await screen.findByRole("combobox", { name: "Namespace" });
  await waitFor(() => expect(field).toHaveValue("team"));
  await userEvent.click(field);
  return field;
}

const answer = { context: "lab", version: "v1.34.4", error: null, namespaces: [] };

test("the namespaces of the cluster are all offered until something is typed", async () => {
  const field = await namespaces({ checkContext: () => ({ ...answer, namespaces: ["team", "other"] }) });
  expect(await screen.findByRole("option", { name: "other" })).toBeInTheDocument();
  expect(screen.getByRole("option", { name: "team" })).toBeInTheDocument();
  await userEvent.clear(field);
  await userEvent.type(field, "oth");
  await waitFor(() => expect(screen.queryByRole("option", { name: "team" })).not.toBeInTheDocument());
});

const unlisted = [
  {
    name: "while the cluster is asked",
    checkContext: () => new Promise<never>(() => undefined),
    says: "Asking the cluster…",
  },
  {
    name: "where they may not be listed",
    checkContext: () => answer,
    says: "The namespaces may not be listed. Type the name of one.",
  },
  {
    name: "where the cluster does not answer",
    checkContext: () => ({ ...answer, error: failure("unreachable", "lab does not answer") }),
    says: "Lab does not answer. Type the name of a namespace.",
  },
  {
    name: "where asking fails",
    checkContext: broken,
    says: "The file is locked. Type the name of a namespace.",
  },
];

test.each(unlisted)("$name, why no namespaces are listed is said", async ({ checkContext, says }) => {
  await namespaces({ checkContext });
  expect(await screen.findByText(says)).toBeInTheDocument();
  expect(screen.getByRole("option", { name: "team" })).toBeInTheDocument();
});

test("namespaces that were listed stay offered when they cannot be listed anew", async () => {
  let isBroken = false;
  renderAt("/settings", {
    checkContext: () => (isBroken ? broken() : { ...answer, namespaces: ["team", "other"] }),
  });
  const field = await screen.findByRole("combobox", { name: "Namespace" });
  await waitFor(() => expect(field).toHaveValue("team"));
  await userEvent.click(field);
  await screen.findByRole("option", { name: "other" });
  isBroken = true;
  await userEvent.click(screen.getByRole("button", { name: "Check lab" }));
  expect(await screen.findByText("The file is locked.")).toBeInTheDocument();
  await userEvent.click(field);
  expect(await screen.findByRole("option", { name: "other" })).toBeInTheDocument();
});

test("a context that cannot be used is offered with the reason, and cannot be chosen", async () => {
  const usable = contextView();
  renderAt("/runs", {
    contexts: () => ({
      contexts: [
        usable,
        { ...usable, name: "old", is_current: false, problem: "its user is not in the file" },
      ],
      problems: [],
    }),
  });
  const field = await screen.findByRole("combobox", { name: "Context" });
  await waitFor(() => expect(field).toHaveValue("lab"));
  await userEvent.click(field);
  const option = await screen.findByRole("option", { name: /old/ });
  expect(option).toHaveTextContent("Its user is not in the file.");
  expect(option).toHaveAttribute("data-combobox-disabled");
});

test("without contexts the switcher says so, and what was typed in vain is told", async () => {
  renderAt("/runs", { contexts: () => ({ contexts: [], problems: [] }) });
  expect(await screen.findByPlaceholderText("No context was found")).toBeInTheDocument();
  await userEvent.type(screen.getByRole("combobox", { name: "Context" }), "lab");
  expect(
    await screen.findByText("No context has that in its name, cluster, user or file."),
  ).toBeInTheDocument();
});
