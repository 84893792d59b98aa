import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { SecretView } from "@/ipc";
import { failure } from "@/ipc/mock";
import { renderAt } from "@/test/render";

const token: SecretView = {
  name: "TOKEN",
  place: "keyring",
  updated: "2026-03-10T12:00:00Z",
  used_by: ["train", "nightly"],
  registry: null,
};
const passing: SecretView = { name: "PASSING", place: "session", updated: null, used_by: [], registry: null };

test("names are listed with where the value lies and who uses it", async () => {
  renderAt("/secrets", { listSecrets: () => [token, passing] });
  const kept = (await screen.findByText("TOKEN")).closest("tr");
  expect(kept && within(kept).getByText("in the keyring")).toBeInTheDocument();
  expect(kept && within(kept).getByText("train, nightly")).toBeInTheDocument();
  const held = screen.getByText("PASSING").closest("tr");
  expect(held && within(held).getByText("in this session only")).toBeInTheDocument();
});

test("a value is typed masked, sent once, and left nowhere on the page", async () => {
  const setSecret = vi.fn(() => null);
  const { client } = renderAt("/secrets", { listSecrets: () => [], setSecret });
  await userEvent.click(await screen.findByRole("button", { name: "New secret" }));
  const dialog = await screen.findByRole("dialog", { name: "New secret" });
  await userEvent.type(within(dialog).getByRole("textbox", { name: "Name" }), "TOKEN");
  const value = within(dialog).getByLabelText("Value");
  expect(value).toHaveAttribute("type", "password");
  await userEvent.type(value, "canary-5f2e");
  await userEvent.click(within(dialog).getByRole("button", { name: "Set" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  expect(setSecret).toHaveBeenCalledExactlyOnceWith({
    project: "default",
    name: "TOKEN",
    value: "canary-5f2e",
    forSession: false,
  });
  expect(document.body.innerHTML).not.toContain("canary");
  expect(
    JSON.stringify(
      client
        .getQueryCache()
        .getAll()
        .map((query) => query.state),
    ),
  ).not.toContain("canary");
  expect(Object.values({ ...localStorage, ...sessionStorage }).join()).not.toContain("canary");
});

test("what is wrong is told at its field", async () => {
  const setSecret = () => {
    const message = '"a b" is not a secret name.';
    throw failure("invalid_input", message, { fields: [{ path: "name", code: "secret_name", message }] });
  };
  renderAt("/secrets", { listSecrets: () => [], setSecret });
  await userEvent.click(await screen.findByRole("button", { name: "New secret" }));
  const dialog = await screen.findByRole("dialog", { name: "New secret" });
  await userEvent.click(within(dialog).getByRole("button", { name: "Set" }));
  expect(await within(dialog).findByText('"a b" is not a secret name.')).toBeInTheDocument();
  expect(within(dialog).getByRole("textbox", { name: "Name" })).toBeInvalid();
});

test("without a keyring the value can be kept for this session", async () => {
  const setSecret = vi.fn((args: Record<string, unknown>) => {
    if (args.forSession !== true) throw failure("keyring", "the keyring cannot be used: it is locked");
    return null;
  });
  renderAt("/secrets", { listSecrets: () => [token], setSecret });
  await userEvent.click(await screen.findByRole("button", { name: "Replace TOKEN" }));
  const dialog = await screen.findByRole("dialog", { name: "Replace TOKEN" });
  await userEvent.type(within(dialog).getByLabelText("New value"), "x");
  await userEvent.click(within(dialog).getByRole("button", { name: "Set" }));
  expect(await within(dialog).findByText("The keyring cannot be used")).toBeInTheDocument();
  await userEvent.click(within(dialog).getByRole("button", { name: "Keep for this session" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  expect(setSecret).toHaveBeenLastCalledWith({
    project: "default",
    name: "TOKEN",
    value: "x",
    forSession: true,
  });
});

test("a sign-in to S3 is kept under the names that programs look for, and is left nowhere on the page", async () => {
  const setLogin = vi.fn(() => ["AWS_ACCESS_KEY_ID"]);
  renderAt("/secrets", { listSecrets: () => [token], setLogin });
  await userEvent.click(await screen.findByRole("button", { name: "S3 sign-in…" }));
  const dialog = await screen.findByRole("dialog", { name: "Sign-in to S3 storage" });
  await userEvent.type(within(dialog).getByLabelText("Endpoint"), "https://s3.lab");
  await userEvent.type(within(dialog).getByLabelText("Key id"), "reader");
  const secret = within(dialog).getByLabelText("Secret key");
  expect(secret).toHaveAttribute("type", "password");
  await userEvent.type(secret, "canary-77");
  await userEvent.click(within(dialog).getByRole("button", { name: "Set" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  const store = { endpoint: "https://s3.lab", region: "", key_id: "reader", secret_key: "canary-77" };
  expect(setLogin).toHaveBeenCalledExactlyOnceWith({
    project: "default",
    login: { store },
    forSession: false,
  });
  expect(document.body.innerHTML).not.toContain("canary");
});

test("what is wrong with a sign-in stands at its field", async () => {
  const setLogin = () => {
    const message = "An endpoint is an address without a sign-in.";
    throw failure("invalid_input", message, { fields: [{ path: "endpoint", code: "endpoint", message }] });
  };
  renderAt("/secrets", { setLogin });
  await userEvent.click(await screen.findByRole("button", { name: "S3 sign-in…" }));
  const dialog = await screen.findByRole("dialog", { name: "Sign-in to S3 storage" });
  await userEvent.click(within(dialog).getByRole("button", { name: "Set" }));
  expect(await within(dialog).findByText("An endpoint is an address without a sign-in.")).toBeInTheDocument();
  expect(within(dialog).getByLabelText("Endpoint")).toBeInvalid();
});

test("a sign-in to a registry becomes one secret, which the project's registry uses from then on", async () => {
  const registry = { address: "registry.lab/team", secret: null, plain_http: false, cache: true };
  const project = { name: "default", description: null, target: null, registry };
  const setLogin = vi.fn(() => ["REGISTRY"]);
  const setRegistry = vi.fn(() => project);
  const listSecrets = () => [
    { ...token, registry: setRegistry.mock.calls.length > 0 ? "registry.lab/team" : null },
  ];
  renderAt("/secrets", { projects: () => [project], setLogin, setRegistry, listSecrets });
  await userEvent.click(await screen.findByRole("button", { name: "Registry sign-in…" }));
  const dialog = await screen.findByRole("dialog", { name: "Sign-in to a registry" });
  await userEvent.type(within(dialog).getByLabelText("User"), "ada");
  await userEvent.type(within(dialog).getByLabelText("Password or token"), "hidden");
  expect(within(dialog).getByLabelText("Sign in to registry.lab/team with it")).toBeChecked();
  await userEvent.click(within(dialog).getByRole("button", { name: "Set" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  const login = { registry: { secret: "REGISTRY", user: "ada", password: "hidden" } };
  expect(setLogin).toHaveBeenCalledWith({ project: "default", login, forSession: false });
  expect(setRegistry).toHaveBeenCalledWith({
    project: "default",
    registry: { ...registry, secret: "REGISTRY" },
  });
  expect(await screen.findByRole("cell", { name: /^registry registry.lab\/team/ })).toBeInTheDocument();
});

test("deleting says what happens to runs", async () => {
  const deleteSecret = vi.fn(() => null);
  renderAt("/secrets", { listSecrets: () => [token], deleteSecret });
  await userEvent.click(await screen.findByRole("button", { name: "Delete TOKEN" }));
  const dialog = await screen.findByRole("dialog", { name: "Delete TOKEN" });
  expect(within(dialog).getByText(/a new run that\s+names it is refused/)).toBeInTheDocument();
  await userEvent.click(within(dialog).getByRole("button", { name: "Delete" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  expect(deleteSecret).toHaveBeenCalledWith({ project: "default", name: "TOKEN" });
});

test("the secret that signs in to the project's registry says so, and so does who deletes it", async () => {
  const login: SecretView = { ...token, name: "REGISTRY", used_by: ["train"], registry: "registry.lab/team" };
  renderAt("/secrets", { listSecrets: () => [login, token] });
  expect(await screen.findByRole("cell", { name: "registry registry.lab/team, train" })).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Delete REGISTRY" }));
  const warned = await screen.findByRole("dialog", { name: "Delete REGISTRY" });
  expect(warned).toHaveTextContent("The project signs in to its registry registry.lab/team with it");
  await userEvent.keyboard("{Escape}");
  await userEvent.click(screen.getByRole("button", { name: "Delete TOKEN" }));
  expect(await screen.findByRole("dialog", { name: "Delete TOKEN" })).not.toHaveTextContent("signs in");
});
