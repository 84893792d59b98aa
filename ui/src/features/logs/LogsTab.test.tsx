import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { LogMatches } from "@/ipc";
import { announceLogs, failure, type Backend } from "@/ipc/mock";
import { logPage, runDetails, runningView, runView, storedLog } from "@/test/builders";
import { renderAt } from "@/test/render";

const id = "11111111-1111-4111-8111-111111111111";

function show(backend: Backend, run = runView({ id })) {
  return renderAt(`/runs/${id}`, { runDetails: () => runDetails(run), ...backend });
}

test("the end of a log is read first, within the bound, and shown with its size", async () => {
  const readLogBefore = vi.fn(() => logPage(0, 2, { at_end: true }));
  show({ logStreams: () => [storedLog()], readLogBefore });
  expect(await screen.findByText("line 1")).toBeInTheDocument();
  expect(screen.getByText("2 lines · 200 B · captured to disk, to its end")).toBeInTheDocument();
  expect(readLogBefore).toHaveBeenCalledWith({ log: storedLog().log, before: null, limit: 16_384 });
});

test("a live log is followed from where the last piece ended", async () => {
  const readLog = vi.fn(({ from }: Record<string, unknown>) =>
    from === 200 ? logPage(2, 1) : logPage(3, 0, { next: 300 }),
  );
  show(
    {
      logStreams: () => [storedLog({ is_complete: false })],
      readLogBefore: () => logPage(0, 2),
      readLog,
    },
    runningView({ id }),
  );
  expect(await screen.findByText("line 2")).toBeInTheDocument();
  expect(screen.getByText("line 0")).toBeInTheDocument();
  await waitFor(() =>
    expect(readLog).toHaveBeenCalledWith({ log: storedLog().log, from: 300, limit: 16_384 }),
  );
});

test("of a log that rushes by the end is shown, with figures that belong to it, and its last lines are not missed", async () => {
  let lines = 1000;
  const grow = async () => {
    lines += 1000;
    await announceLogs([id]);
  };
  show(
    {
      logStreams: () => [storedLog({ is_complete: false, lines })],
      readLogBefore: () => logPage(lines - 2, 2),
      readLog: () => logPage(lines, 0, { next: 100 * lines }),
    },
    runningView({ id }),
  );
  await screen.findByText("line 999");
  await grow();
  expect(await screen.findByText("line 1999")).toBeInTheDocument();
  expect(screen.getByText(/^2,000 lines · /)).toBeInTheDocument();
  // Sooner than anybody looks again.
  await grow();
  await grow();
  expect(await screen.findByText("line 3999", {}, { timeout: 3000 })).toBeInTheDocument();
  expect(screen.getByText(/^4,000 lines · /)).toBeInTheDocument();
});

test("colours are spans, markup is text", async () => {
  const line = logPage(0, 1, { text: "T \u001b[31m<b>red</b>\u001b[0m\n" });
  show({ logStreams: () => [storedLog()], readLogBefore: () => ({ ...line, at_end: true }) });
  expect((await screen.findByText("<b>red</b>")).className).toMatch(/fg-1/);
});

test("the newest attempt is shown first, another one when chosen", async () => {
  const old = storedLog({ log: { ...storedLog().log, pod_uid: "old" }, attempt: 1 });
  const fresh = storedLog({ log: { ...storedLog().log, pod_uid: "new" }, attempt: 2 });
  const readLogBefore = vi.fn(({ log }: Record<string, unknown>) => {
    const first = JSON.stringify(log).includes('"old"') ? 100 : 200;
    return logPage(first, 1, { at_end: true });
  });
  show({ logStreams: () => [old, fresh], readLogBefore });
  expect(await screen.findByText("line 200")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("combobox", { name: "Attempt and container" }));
  await userEvent.click(await screen.findByRole("option", { name: "Attempt 1 · main" }));
  expect(await screen.findByText("line 100")).toBeInTheDocument();
  expect(screen.queryByText("line 200")).not.toBeInTheDocument();
});

test("a gap is said, and so is a failure to read, with a way to ask again", async () => {
  let isBroken = true;
  show({
    logStreams: () => [storedLog({ gaps: [{ after_line: 7, why: "the node rotated the file" }] })],
    readLogBefore: () => {
      if (isBroken) throw failure("storage", "The log cannot be read.");
      return logPage(0, 1, { at_end: true });
    },
  });
  expect(await screen.findByText(/Lines may be missing after line 7: the node rotated/)).toBeInTheDocument();
  expect(await screen.findByText("The log cannot be read.")).toBeInTheDocument();
  isBroken = false;
  await userEvent.click(screen.getByRole("button", { name: "Retry" }));
  expect(await screen.findByText("line 0")).toBeInTheDocument();
});

test("a value that cannot be hidden is told above the lines", async () => {
  const unhidden = "The keyring does not give the value of TOKEN: it is not hidden in this log.";
  show({
    logStreams: () => [storedLog({ unhidden })],
    readLogBefore: () => logPage(0, 2, { at_end: true }),
  });
  await screen.findByText("line 1");
  expect(screen.getByText(`⚠ ${unhidden}`)).toBeInTheDocument();
});

test("without a log it says why", async () => {
  show({ logStreams: () => [] }, runningView({ id, doing: "pulling the image" }));
  expect(await screen.findByRole("heading", { name: "No log yet" })).toBeInTheDocument();
  expect(screen.getByText(/Now: pulling the image\./)).toBeInTheDocument();
});

test("a schedule has no log of its own, and a service has copies", async () => {
  const values = [{ path: "schedule", value: "@daily", origin: "run" as const }];
  const { unmount } = renderAt(`/runs/${id}`, {
    runDetails: () => runDetails(runningView({ id }), { values }),
    runSchedule: () => null,
  });
  expect(await screen.findByText("A schedule has no log of its own")).toBeInTheDocument();
  unmount();
  show(
    { logStreams: () => [storedLog()], readLogBefore: () => logPage(0, 1, { at_end: true }) },
    runningView({ id, action: "serve" }),
  );
  expect(await screen.findByRole("combobox", { name: "Copy and container" })).toHaveValue("Copy 1 · main");
});

test("a text is found in the whole log, also where the page does not hold it", async () => {
  const searchLog = vi.fn(({ from }: Record<string, unknown>): LogMatches =>
    from === 0 ? { lines: [[1, 100]], next: 5_000 } : { lines: [[900, 90_000]], next: null },
  );
  const readLog = vi.fn(({ from }: Record<string, unknown>) =>
    logPage(Number(from) / 100, 3, { at_end: true }),
  );
  show({
    logStreams: () => [storedLog({ lines: 1000 })],
    readLogBefore: ({ before }) => logPage(before === null ? 990 : Number(before) / 100 - 2, 2),
    readLog,
    searchLog,
  });
  await screen.findByText("line 991");
  const field = screen.getByRole("textbox", { name: "Find in the log" });
  await userEvent.type(field, "line");
  expect(await screen.findByText("2 lines")).toBeInTheDocument();
  await userEvent.type(field, "{Enter}{Enter}");
  expect(await screen.findByText("2 of 2")).toBeInTheDocument();
  await waitFor(() => expect(readLog).toHaveBeenCalledWith(expect.objectContaining({ from: 90_000 })));
});

test("a log is saved whole, and where is said", async () => {
  const saveLog = vi.fn(() => "/home/ada/Downloads/train-x-main.log");
  show({ logStreams: () => [storedLog()], readLogBefore: () => logPage(0, 2, { at_end: true }), saveLog });
  await userEvent.click(await screen.findByRole("button", { name: "Save" }));
  expect(await screen.findByText(/Saved as .*train-x-main.log/)).toBeInTheDocument();
  expect(saveLog).toHaveBeenCalledWith({ log: storedLog().log, name: "train-x-main", withTimes: false });
});

/** What jsdom lacks: something to copy that may be on its way. */
class LaterItem {
  readonly types: string[];
  readonly #data: Record<string, Promise<Blob | string>>;
  constructor(data: Record<string, Promise<Blob | string>>) {
    this.#data = data;
    this.types = Object.keys(data);
  }
  async getType(type: string) {
    const value = await this.#data[type];
    return value instanceof Blob ? value : new Blob([value ?? ""], { type });
  }
}

test("marked lines are copied as text, also those that the page does not hold any more", async () => {
  vi.stubGlobal("ClipboardItem", LaterItem);
  const user = userEvent.setup();
  const readLog = vi.fn(({ from }: Record<string, unknown>) =>
    logPage(Number(from) / 100, 400, { at_end: true }),
  );
  show({
    logStreams: () => [storedLog({ lines: 1000 })],
    // The end, and what is around the line that is found.
    readLogBefore: ({ before }) => logPage(before === null ? 990 : Number(before) / 100 - 2, 2),
    readLog,
    searchLog: () => ({ lines: [[600, 60_000]], next: null }),
  });
  await screen.findByText("line 991");
  await user.click(screen.getByText("line 990"));
  const time = screen.getAllByTitle("2026-03-10T12:00:00.000000000Z")[0];
  await user.click(time ?? screen.getByText("line 990"));
  expect(screen.getByText("1 line marked")).toBeInTheDocument();
  await user.type(screen.getByRole("textbox", { name: "Find in the log" }), "line 600");
  await screen.findByText("1 line");
  await user.keyboard("{Enter}");
  expect(await screen.findByText("line 600")).toBeInTheDocument();
  await user.keyboard("{Shift>}");
  await user.click(screen.getByText("line 602"));
  await user.keyboard("{/Shift}");
  expect(screen.getByText("3 lines marked")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Copy" }));
  expect(await screen.findByText("3 lines copied")).toBeInTheDocument();
  expect(await navigator.clipboard.readText()).toBe("line 600\nline 601\nline 602\n");
  await user.click(screen.getByRole("button", { name: "To the end" }));
  await screen.findByText("line 991");
  readLog.mockClear();
  await user.keyboard("{Shift>}");
  await user.click(screen.getByText("line 990"));
  await user.keyboard("{/Shift}");
  expect(screen.getByText("391 lines marked")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Copy" }));
  expect(await screen.findByText("391 lines copied")).toBeInTheDocument();
  expect(readLog).toHaveBeenCalledWith(expect.objectContaining({ from: 60_000 }));
  const text = await navigator.clipboard.readText();
  expect(text.split("\n").at(-2)).toBe("line 990");
  vi.unstubAllGlobals();
});

test("dragging from one line to another marks them; what the list does afterwards marks no more", async () => {
  const user = userEvent.setup();
  show({ logStreams: () => [storedLog()], readLogBefore: () => logPage(0, 20, { at_end: true }) });
  const line = (number: number) => screen.getByText(`line ${number}`);
  await screen.findByText("line 3");
  await user.pointer([
    { keys: "[MouseLeft>]", target: line(3) },
    { target: line(6) },
    { keys: "[/MouseLeft]", target: line(6) },
  ]);
  expect(screen.getByText("4 lines marked")).toBeInTheDocument();
  await user.pointer({ target: line(9) });
  fireEvent.scroll(screen.getByRole("log"));
  expect(screen.getByText("4 lines marked")).toBeInTheDocument();
  await user.keyboard("{Control>}c{/Control}");
  expect(await screen.findByText("4 lines copied")).toBeInTheDocument();
  expect(await navigator.clipboard.readText()).toBe("line 3\nline 4\nline 5\nline 6\n");
  await user.keyboard("{Escape}");
  expect(screen.queryByText(/lines (marked|copied)/)).not.toBeInTheDocument();
});
