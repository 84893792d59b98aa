import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { BuildView } from "@/ipc";
import { failure } from "@/ipc/mock";
import { runDetails, runView } from "@/test/builders";
import { renderAt } from "@/test/render";

const id = "aaaa1111-0000-4000-8000-000000000000";
const built = `registry.example.org/team/iris@sha256:${"a".repeat(64)}`;

function build(pinned: BuildView["pinned"], usedBefore: string | null = null) {
  const run = runView({ id, function: "iris", action: "build" });
  const dockerfile = "FROM python:3.12\nRUN pip install x\n";
  return runDetails(run, {
    build: {
      dockerfile,
      image: "registry.example.org/team/iris:abc",
      built,
      pinned,
      used_before: usedBefore,
    },
  });
}

test("a build shows its Dockerfile, its image by digest and who uses it, and can be undone", async () => {
  const undoBuild = vi.fn(() => 3);
  const details = build({ version: 2, replaced: null, undone: null });
  renderAt(`/runs/${id}?tab=overview`, { runDetails: () => details, undoBuild });
  expect(await screen.findByText(built)).toBeVisible();
  expect(screen.getByLabelText("Dockerfile")).toHaveTextContent("RUN pip install x");
  expect(screen.getByText("Used by version 2 of iris.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Undo…" }));
  await userEvent.click(await screen.findByRole("button", { name: "Take it off" }));
  expect(undoBuild).toHaveBeenCalledWith({ run: id });
});

test("the image of before is told only where one was used, not where it named what the build makes", async () => {
  const named = { version: 2, replaced: "team/iris", undone: null };
  const first = renderAt(`/runs/${id}?tab=overview`, { runDetails: () => build(named) });
  expect(await screen.findByText("Used by version 2 of iris.")).toBeVisible();
  first.unmount();
  const pinned = { version: 3, replaced: "old:1", undone: null };
  renderAt(`/runs/${id}?tab=overview`, { runDetails: () => build(pinned, "old:1") });
  expect(await screen.findByText("Used by version 3 of iris, which used old:1 before.")).toBeVisible();
});

test("an image that was taken off says so and cannot be taken off twice", async () => {
  const details = build({ version: 2, replaced: "old:1", undone: 3 });
  renderAt(`/runs/${id}?tab=overview`, { runDetails: () => details });
  expect(await screen.findByText("Version 3 of iris uses old:1 again.")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Undo…" })).not.toBeInTheDocument();
});

test("a registry is chosen for a project, and what is wrong with it stands at its address", async () => {
  const setRegistry = vi.fn().mockImplementation(() => {
    throw failure("invalid_input", '"https://x" is not a registry.');
  });
  renderAt("/settings", { setRegistry });
  await userEvent.click(await screen.findByRole("button", { name: "Registry of default: Choose…" }));
  await userEvent.type(await screen.findByLabelText("Address"), "https://x");
  await userEvent.click(screen.getByLabelText("It speaks plain HTTP"));
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText('"https://x" is not a registry.')).toBeVisible();
  const registry = { address: "https://x", secret: null, plain_http: true, cache: false };
  expect(setRegistry).toHaveBeenCalledWith({ project: "default", registry });
});

test("the registry that is saved is tried, and what came of it is told", async () => {
  const registry = { address: "registry.lab/team", secret: null, plain_http: false, cache: false };
  const tryRegistry = vi
    .fn()
    .mockReturnValueOnce({ works: false, message: "denied: sign in first", image: null })
    .mockReturnValue({
      works: true,
      message: "The registry took an image of project default: builds can be pushed.",
      image: null,
    });
  renderAt("/settings", {
    projects: () => [{ name: "default", description: null, target: null, registry }],
    tryRegistry,
  });
  await userEvent.click(
    await screen.findByRole("button", { name: "Registry of default: registry.lab/team" }),
  );
  const dialog = await screen.findByRole("dialog", { name: "Registry of default" });
  await userEvent.type(within(dialog).getByLabelText("Secret"), "R");
  expect(within(dialog).getByRole("button", { name: "Test the push" })).toBeDisabled();
  await userEvent.clear(within(dialog).getByLabelText("Secret"));
  await userEvent.click(within(dialog).getByRole("button", { name: "Test the push" }));
  expect(await within(dialog).findByText(/Denied: sign in first\./)).toBeInTheDocument();
  expect(within(dialog).getByRole("link", { name: "Its log" })).toBeInTheDocument();
  expect(tryRegistry.mock.calls[0]?.[0]).toMatchObject({
    project: "default",
    place: { context: "lab", namespace: "team" },
  });
  await userEvent.click(within(dialog).getByRole("button", { name: "Test the push" }));
  expect(await within(dialog).findByText(/builds can be pushed/)).toBeInTheDocument();
});
