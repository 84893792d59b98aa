import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { ContextList } from "@/ipc";
import { failure } from "@/ipc/mock";
import { runList } from "@/test/builders";
import { renderAt } from "@/test/render";

const lab = {
  name: "lab",
  kubeconfig: "/home/ada/lab.yaml",
  cluster: "lab",
  user: "ada",
  namespace: "team",
  server: null,
  is_current: true,
  problem: null,
};

test("without a kubeconfig there are ways to one, and a file that is opened leads on", async () => {
  let list: ContextList = { contexts: [], problems: ['"/home/ada/.kube/config": there is no such file'] };
  const addKubeconfig = vi.fn(({ path }: Record<string, unknown>) => {
    if (path !== "~/lab.yaml") throw failure("invalid_input", "there is no such file");
    list = { contexts: [lab], problems: [] };
    return null;
  });
  renderAt("/runs", {
    contexts: () => list,
    addKubeconfig,
    localTools: () => [
      { name: "kind", path: "/usr/bin/kind", command: "kind create cluster" },
      { name: "k3d", path: null, command: "k3d cluster create" },
    ],
  });
  const card = await screen.findByRole("region", { name: "Open a kubeconfig" });
  expect(screen.getAllByText(/there is no such file/)).toHaveLength(1);
  const local = screen.getByRole("region", { name: "Create a local cluster" });
  expect(await within(local).findByText("kind create cluster")).toBeInTheDocument();
  expect(within(local).queryByText("k3d cluster create")).not.toBeInTheDocument();
  const field = within(card).getByRole("textbox", { name: "Where the file lies" });
  await userEvent.type(field, "~/la{Enter}");
  expect(await within(card).findByText("There is no such file.")).toBeInTheDocument();
  await userEvent.type(field, "b.yaml{Enter}");
  expect(await screen.findByRole("heading", { name: "No runs yet" })).toBeInTheDocument();
  expect(screen.getByText(/New runs go to/)).toHaveTextContent("New runs go to lab / team, as chosen above.");
});

test("a machine without a program for it says which were looked for", async () => {
  renderAt("/runs", {
    contexts: () => ({ contexts: [], problems: [] }),
    localTools: () => [{ name: "kind", path: null, command: "kind create cluster" }],
  });
  const local = await screen.findByRole("region", { name: "Create a local cluster" });
  expect(await within(local).findByText(/looked for kind/)).toBeInTheDocument();
});

test("who has runs keeps the list when the kubeconfig is gone", async () => {
  renderAt("/runs", {
    contexts: () => ({ contexts: [], problems: [] }),
    listRuns: () => runList([], { counts: [{ state: "COMPLETED", count: 3 }] }),
  });
  expect(await screen.findByRole("textbox", { name: "Search runs" })).toBeInTheDocument();
  await waitFor(() => expect(screen.queryByText(/needs a way to a cluster/)).not.toBeInTheDocument());
});
