import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { ForwardView } from "@/ipc";
import { announceForwards } from "@/ipc/mock";
import { forwardView, runDetails, runningView } from "@/test/builders";
import { renderAt } from "@/test/render";

const id = "aaaa1111-0000-4000-8000-000000000000";
const service = runningView({
  id,
  name: "api-live",
  action: "serve",
  word: "ready",
  copies: { ready: 1, wanted: 2 },
  urls: ["http://api-live.team.svc:80"],
});
const details = runDetails(service, { ports: [{ port: 80, name: "web" }] });

test("a service shows its copies and its own addresses, and scales", async () => {
  const scaleService = vi.fn(() => ({ ...service, revision: 2, copies: { ready: 1, wanted: 3 } }));
  renderAt(`/runs/${id}`, { runDetails: () => details, scaleService });
  const panel = await screen.findByRole("region", { name: "Service" });
  expect(panel).toHaveTextContent("1 of 2 ready");
  expect(panel).toHaveTextContent("http://api-live.team.svc:80");
  const copies = within(panel).getByRole("textbox", { name: "Copies" });
  await userEvent.clear(copies);
  await userEvent.type(copies, "3");
  await userEvent.click(within(panel).getByRole("button", { name: "Scale" }));
  expect(scaleService).toHaveBeenCalledWith({ run: id, copies: 3 });
});

test("a way to it is opened, says how it stands, and is closed", async () => {
  let open: ForwardView[] = [];
  const opened = forwardView({ run: id, port: 80, state: "connecting" });
  const closeForward = vi.fn(() => {
    open = [];
    return null;
  });
  renderAt(`/runs/${id}`, {
    runDetails: () => details,
    listForwards: () => open,
    openForward: () => {
      open = [opened];
      return opened;
    },
    closeForward,
  });
  await userEvent.click(await screen.findByRole("button", { name: "Open web 80" }));
  const way = await screen.findByRole("group", { name: "Port 80" });
  expect(way).toHaveTextContent("Connecting");
  await announceForwards([{ ...opened, state: "ready" }]);
  await waitFor(() => expect(way).toHaveTextContent("Ready"));
  expect(way).toHaveTextContent("http://127.0.0.1:8080");
  await userEvent.click(within(way).getByRole("button", { name: "Close" }));
  expect(await screen.findByRole("button", { name: "Open web 80" })).toBeInTheDocument();
  expect(closeForward).toHaveBeenCalledWith({ run: id, port: 80 });
});

test("a stopped service can go on", async () => {
  const stopped = {
    ...service,
    word: "stopped" as const,
    state: "STOPPED" as const,
    phase: "blocked" as const,
  };
  const resumeService = vi.fn(() => ({ ...service, revision: 3 }));
  renderAt(`/runs/${id}`, { runDetails: () => ({ ...details, run: stopped }), resumeService });
  await userEvent.click(await screen.findByRole("button", { name: "Resume" }));
  expect(resumeService).toHaveBeenCalledWith({ run: id });
});
