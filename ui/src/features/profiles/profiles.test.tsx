import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { ProfileView } from "@/ipc";
import { renderAt } from "@/test/render";

const big: ProfileView = {
  name: "big",
  description: "for training",
  values: [
    { path: "backoff_limit", value: 2, origin: null },
    { path: "resources.mem.limits", value: "8Gi", origin: null },
  ],
  updated: "2026-03-10T12:00:00Z",
  yaml: "name: big\n",
};
const bare: ProfileView = { ...big, name: "bare", description: null, values: [] };

test("profiles are listed with what each is for and what it presets", async () => {
  renderAt("/profiles", { listProfiles: () => [big, bare] });
  const table = await screen.findByRole("table", { name: "Profiles" });
  expect(
    within(table)
      .getAllByRole("columnheader")
      .map((head) => head.textContent),
  ).toEqual(["Profile", "What for", "Presets", "Changed", "Actions"]);
  const row = within(table).getByRole("cell", { name: "big" }).closest("tr");
  expect(row).toHaveTextContent("for training");
  expect(row).toHaveTextContent(/2 · .*8Gi/);
  expect(within(table).getByRole("cell", { name: "bare" }).closest("tr")).toHaveTextContent(/–.*–/);
});

test("a profile is opened by a double click, and deleting one says what stays", async () => {
  const deleteProfile = vi.fn(() => null);
  renderAt("/profiles", { listProfiles: () => [big], deleteProfile });
  await userEvent.dblClick(await screen.findByRole("cell", { name: "big" }));
  const dialog = await screen.findByRole("dialog", { name: /big/ });
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(dialog).not.toBeInTheDocument());
  await userEvent.click(screen.getByRole("button", { name: "Delete big" }));
  const asked = await screen.findByRole("dialog", { name: "Delete big" });
  expect(asked).toHaveTextContent("keep the values that they took");
  await userEvent.click(within(asked).getByRole("button", { name: "Delete" }));
  expect(deleteProfile).toHaveBeenCalledWith({ project: "default", name: "big" });
});
