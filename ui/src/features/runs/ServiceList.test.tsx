import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { failure } from "@/ipc/mock";
import { forwardView, runList, runningView, runView } from "@/test/builders";
import { renderAt } from "@/test/render";

const id = "aaaa1111-0000-4000-8000-000000000000";
const api = runningView({
  id,
  name: "api-aaaa",
  action: "serve",
  word: "ready",
  copies: { ready: 1, wanted: 2 },
});
const worker = runningView({
  id: "bbbb2222-0000-4000-8000-000000000000",
  name: "worker-bbbb",
  action: "deploy",
});

/** A history with both kinds. */
const listRuns = ({ filter }: Record<string, unknown>) =>
  runList(JSON.stringify(filter).includes('"action":"serve"') ? [api] : [worker]);

test("services are listed with how they stand, and with the ways that lead to them", async () => {
  const opened = forwardView({ run: id, port: 80 });
  const openForward = vi.fn(() => opened);
  renderAt("/services", { listRuns, openForward });
  const table = await screen.findByRole("table", { name: "Services" });
  const row = within(table).getByRole("link", { name: "api-aaaa" }).closest("tr");
  expect(row).toHaveTextContent("1 of 2 ready");
  expect(within(table).getByRole("link", { name: "worker-bbbb" }).closest("tr")).toHaveTextContent(
    "It has no address.",
  );
  await userEvent.click(within(table).getByRole("button", { name: "Open api-aaaa" }));
  expect(await within(table).findByRole("group", { name: "Port 80" })).toHaveTextContent(opened.url);
  expect(openForward).toHaveBeenCalledWith({ run: id, port: null, local: null });
});

test("a service that lives does not hide behind all that were stopped after it", async () => {
  const stopped = runView({ id: "cccc3333-0000-4000-8000-000000000000", action: "serve", word: "stopped" });
  renderAt("/services", {
    listRuns: ({ filter }) => {
      const asked = JSON.stringify(filter);
      if (!asked.includes('"action":"serve"')) return runList([]);
      return asked.includes('"after":"more"') ? runList([api]) : runList([stopped], { next: "more" });
    },
  });
  expect(await screen.findByRole("link", { name: "api-aaaa" })).toBeInTheDocument();
  expect(screen.queryByText(stopped.name)).not.toBeInTheDocument();
});

test("services that were read stay where the rest of them cannot be read", async () => {
  renderAt("/services", {
    listRuns: ({ filter }) => {
      const asked = JSON.stringify(filter);
      if (!asked.includes('"action":"serve"')) return runList([worker]);
      if (asked.includes('"after":"more"')) throw failure("storage", "the history is locked");
      return runList([api], { next: "more" });
    },
  });
  expect(await screen.findByText("The history is locked.")).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "api-aaaa" })).toBeInTheDocument();
});

test("ways that cannot be read are told above the services, which stay", async () => {
  renderAt("/services", {
    listRuns,
    listForwards: () => {
      throw failure("internal", "the ways are not known");
    },
  });
  expect(await screen.findByText(/What is shown may be out of date/)).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "api-aaaa" })).toBeInTheDocument();
});
