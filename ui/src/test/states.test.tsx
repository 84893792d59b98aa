import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { emptyDraft, toForm } from "@/features/launch/draft";
import type { FunctionView, Preview, ScheduleView } from "@/ipc";
import { failure, type Backend } from "@/ipc/mock";

import {
  contextView,
  forwardView,
  logPage,
  runDetails,
  runList,
  runningView,
  runView,
  storedLog,
} from "./builders";
import { renderAt } from "./render";

/** Each list and detail, in each state that what it reads can be in. What is full has tests beside the screen. */

const id = "aaaa1111-0000-4000-8000-000000000000";
const run = runView({ id, name: "train-aaaa" });

const train: FunctionView = {
  name: "train",
  version: 1,
  image: "python:3.11",
  created: "2026-03-10T12:00:00Z",
  last_run: null,
};

const preview: Preview = {
  problems: [],
  yaml: "kind: Job\n",
  values: [],
  command: null,
  args: null,
  unused_code: null,
  target: "lab / team",
};

const form = toForm({ ...emptyDraft, name: "train", image: "python:3.11" }, id, {
  context: "lab",
  namespace: "team",
  project: "default",
});

const context = contextView();

const service = runningView({ id, name: "api-aaaa", action: "serve", word: "ready" });
const serviceDetails = runDetails(service, { ports: [{ port: 80, name: "web" }] });

const schedule = runningView({ id, word: "scheduled", doing: "waiting for its next time" });
const scheduleDetails = runDetails(schedule, {
  values: [{ path: "schedule", value: "@daily", origin: "run" }],
});
const cron: ScheduleView = {
  cron: "@daily",
  time_zone: "UTC",
  concurrency_policy: "Forbid",
  is_suspended: false,
  last: null,
  next: ["2026-03-11T00:00:00Z"],
  active: 0,
};

type Screen = {
  at: string;
  /** The command whose answer is awaited, fails, or comes. */
  command: keyof Backend;
  /** What is said to be loading. */
  loading: string;
  answer: unknown;
  /** Of one that is asked for several things: whether this is what is awaited, fails, or comes. */
  about?: (args: Record<string, unknown>) => boolean;
  /** What is answered to the rest. */
  other?: unknown;
  /** What shows once it is there. */
  full: () => Promise<HTMLElement>;
  /** What else the screen reads. */
  rest?: Backend;
  /** How one gets there from the address. */
  reach?: () => Promise<void>;
};

const log: Backend = {
  runDetails: () => runDetails(run),
  logStreams: () => [storedLog()],
  readLogBefore: () => logPage(0, 2, { at_end: true }),
};

/** Whether runs of this action alone are asked for. */
function isAsked(action: string) {
  return ({ filter }: Record<string, unknown>) => JSON.stringify(filter).includes(`"action":"${action}"`);
}

const screens: Record<string, Screen> = {
  "the list of runs": {
    at: "/runs",
    command: "listRuns",
    loading: "runs",
    answer: runList([run]),
    full: () => screen.findByRole("link", { name: "train-aaaa" }),
  },
  "a run": {
    at: `/runs/${id}`,
    command: "runDetails",
    loading: "the run",
    answer: runDetails(run),
    full: () => screen.findByRole("heading", { level: 1, name: "train-aaaa" }),
    rest: log,
  },
  "the schedule of a run": {
    at: `/runs/${id}`,
    command: "runSchedule",
    loading: "the schedule",
    answer: { schedule: cron, starts: [] },
    full: () => screen.findByText(/^Next, by the clock here: 2026-/),
    rest: { runDetails: () => scheduleDetails },
  },
  "the ways to a service": {
    at: `/runs/${id}`,
    command: "listForwards",
    loading: "the ways to it",
    answer: [forwardView({ run: id, port: 80 })],
    full: () => screen.findByRole("group", { name: "Port 80" }),
    rest: { runDetails: () => serviceDetails },
  },
  "a run's overview": {
    at: `/runs/${id}?tab=overview`,
    command: "runDetails",
    loading: "the run",
    answer: runDetails(run),
    full: () => screen.findByRole("heading", { name: "What was asked" }),
  },
  "a run's events": {
    at: `/runs/${id}?tab=events`,
    command: "runDetails",
    loading: "the run",
    answer: runDetails(run),
    full: () => screen.findByRole("heading", { name: "Events of the cluster" }),
  },
  "a run's YAML as submitted": {
    at: `/runs/${id}?tab=yaml`,
    command: "runDetails",
    loading: "the run",
    answer: runDetails(run),
    full: () => screen.findByText(/kind: Job/),
  },
  "a run's logs": {
    at: `/runs/${id}`,
    command: "logStreams",
    loading: "the log",
    answer: [storedLog()],
    full: () => screen.findByText("line 1"),
    rest: log,
  },
  "a run's YAML in the cluster": {
    at: `/runs/${id}?tab=yaml`,
    command: "liveYaml",
    loading: "the objects",
    answer: "kind: Job\nstatus: {}\n",
    full: () => screen.findByText(/status/),
    rest: { runDetails: () => runDetails(run) },
    reach: async () => {
      await userEvent.click(await screen.findByRole("radio", { name: "As it is in the cluster" }));
    },
  },
  "a run beside the list": {
    at: "/runs",
    command: "logStreams",
    loading: "the log",
    answer: [storedLog()],
    full: () => screen.findByRole("group", { name: "Last lines of the log" }),
    rest: { ...log, listRuns: () => runList([run]) },
    reach: async () => {
      await userEvent.click(await screen.findByRole("gridcell", { name: "Succeeded" }));
    },
  },
  "the start-up of a run beside the list": {
    at: "/runs",
    command: "runDetails",
    loading: "the run",
    answer: runDetails(run, {
      spans: [{ attempt: 1, step: "running", from: run.created, to: run.finished, bytes: null }],
    }),
    full: () => screen.findByRole("region", { name: "What the time was spent on" }),
    rest: { ...log, listRuns: () => runList([run]) },
    reach: async () => {
      await userEvent.click(await screen.findByRole("gridcell", { name: "Succeeded" }));
    },
  },
  "the list of services": {
    at: "/services",
    command: "listRuns",
    about: isAsked("serve"),
    loading: "services",
    answer: runList([service]),
    other: runList([]),
    full: () => screen.findByRole("link", { name: "api-aaaa" }),
  },
  "the list of deployments": {
    at: "/services",
    command: "listRuns",
    about: isAsked("deploy"),
    loading: "services",
    answer: runList([runningView({ id, name: "worker-aaaa", action: "deploy" })]),
    other: runList([]),
    full: () => screen.findByRole("link", { name: "worker-aaaa" }),
  },
  "the list of functions": {
    at: "/functions",
    command: "listFunctions",
    loading: "functions",
    answer: [train],
    full: () => screen.findByRole("link", { name: "train" }),
  },
  "a function": {
    at: "/functions/train",
    command: "functionVersions",
    loading: "the function",
    answer: [{ version: 1, created: "2026-03-10T12:00:00Z", yaml: "kind: container\n" }],
    full: () => screen.findByText(/kind: container/),
  },
  "the list of secrets": {
    at: "/secrets",
    command: "listSecrets",
    loading: "secrets",
    answer: [
      { name: "TOKEN", place: "keyring", updated: "2026-03-10T12:00:00Z", used_by: [], registry: null },
    ],
    full: () => screen.findByRole("cell", { name: "TOKEN" }),
  },
  "the list of profiles": {
    at: "/profiles",
    command: "listProfiles",
    loading: "profiles",
    answer: [{ name: "big", description: null, values: [], updated: "2026-03-10T12:00:00Z", yaml: "" }],
    full: () => screen.findByRole("cell", { name: "big" }),
  },
  "the programs at the first start": {
    at: "/runs",
    command: "localTools",
    loading: "the programs of this machine",
    answer: [{ name: "kind", path: "/usr/bin/kind", command: "kind create cluster" }],
    full: () => screen.findByText("kind create cluster"),
    rest: { contexts: () => ({ contexts: [], problems: [] }) },
  },
  "the kubeconfig files in the settings": {
    at: "/settings",
    command: "chosenKubeconfigs",
    loading: "the kubeconfig files",
    answer: ["/home/ada/lab.yaml"],
    full: () => screen.findByRole("button", { name: "Read /home/ada/lab.yaml no more" }),
  },
  "the projects in the settings": {
    at: "/settings",
    command: "projects",
    loading: "projects",
    answer: [{ name: "default", description: null, target: null, registry: null }],
    full: () => screen.findByRole("table", { name: "Projects" }),
  },
  "the images of helpers in the settings": {
    at: "/settings",
    command: "helperImages",
    loading: "the images",
    answer: [{ helper: "fetch", purpose: "fetches code", image: "git:1", public: "git:1" }],
    full: () => screen.findByRole("textbox", { name: "Image that fetches code" }),
  },
  "where the data is, in the settings": {
    at: "/settings",
    command: "startup",
    loading: "where the data is",
    answer: { data_dir: "/data", installation: "x", notices: [] },
    full: () => screen.findByText("/data"),
  },
  "the contexts in the settings": {
    at: "/settings",
    command: "contexts",
    loading: "contexts",
    answer: { contexts: [context], problems: [] },
    full: () => screen.findByRole("table", { name: "Contexts" }),
  },
  "what a form would create": {
    at: "/new?starter=python",
    command: "previewRun",
    loading: "what will be created",
    answer: preview,
    full: () => screen.findByRole("group", { name: "The objects as YAML" }),
  },
};

const cases = Object.entries(screens).map(([name, each]) => ({ name, ...each }));

/** Shows a screen whose answers are given one after the other; the last one stays. */
async function show({ at, command, rest, reach, about, other }: Screen, answer: () => unknown) {
  const asked = vi.fn(answer);
  const isMeant = about ?? (() => true);
  const answers = (args: Record<string, unknown>) => (isMeant(args) ? asked() : other);
  const shown = renderAt(at, { ...rest, [command]: answers });
  await reach?.();
  return { ...shown, asked };
}

const broken = () => {
  throw failure("storage", "the history is locked", {
    hint: "close the other program",
    detail: "SQLITE_BUSY",
  });
};

test.each(cases)("$name: while it is read, that is said and nothing else is shown", async (each) => {
  await show(each, () => new Promise(() => undefined));
  const status = await screen.findByRole("status", { name: `Loading ${each.loading}` });
  // What comes within 300 ms never shows it: the rule is in loading.module.css.
  expect(status.className).toMatch(/late/);
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  expect(screen.getAllByRole("heading", { level: 1 })).toHaveLength(1);
});

test.each(cases)("$name: a failure is told in words, and trying again mends it", async (each) => {
  const { asked } = await show(each, broken);
  const title = await screen.findByText("The history cannot be used");
  const alert = title.closest<HTMLElement>("[role=alert]");
  if (!alert) throw new Error("it is not told as a failure");
  expect(alert).toHaveTextContent("The history is locked.");
  expect(alert).toHaveTextContent("Close the other program.");
  expect(within(alert).getByText("SQLITE_BUSY")).not.toBeVisible();
  expect(within(alert).getByRole("button", { name: "Copy details" })).toBeInTheDocument();
  expect(screen.getAllByRole("heading", { level: 1 })).toHaveLength(1);
  asked.mockImplementation(() => each.answer);
  await userEvent.click(within(alert).getByRole("button", { name: "Retry" }));
  expect(await each.full()).toBeInTheDocument();
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
});

test.each(cases)("$name: what was read stays on view when it cannot be read anew", async (each) => {
  const { asked, client } = await show(each, () => each.answer);
  await each.full();
  asked.mockImplementation(broken);
  await act(() => client.refetchQueries());
  const notice = await screen.findByText(/What is shown may be out of date: it was last read at \d{4}-/);
  expect(notice.closest("[role=status]")).toHaveTextContent("The history is locked.");
  expect(await each.full()).toBeInTheDocument();
  const retry = screen.getByRole("button", { name: "Retry" });
  await waitFor(() => expect(retry).toBeEnabled());
  asked.mockImplementation(() => each.answer);
  await userEvent.click(retry);
  await waitFor(() => expect(screen.queryByText(/may be out of date/)).not.toBeInTheDocument());
});

type Empty = {
  name: string;
  at: string;
  says: string | RegExp;
  /** The link or button that leads on. */
  next?: string;
  backend?: Backend;
  /** How one gets there from the address. */
  reach?: () => Promise<void>;
};

const nothing: Empty[] = [
  { name: "no runs", at: "/runs", says: "No runs yet", next: "New run" },
  { name: "no run that fits", at: "/runs?text=x", says: "No run matches", next: "Clear filters" },
  { name: "no functions", at: "/functions", says: "No functions yet", next: "New function" },
  { name: "no secrets", at: "/secrets", says: "No secrets yet", next: "New secret" },
  { name: "no profiles", at: "/profiles", says: "No profiles yet", next: "New profile" },
  { name: "no services", at: "/services", says: "No services", next: "New service" },
  {
    name: "no start of a schedule",
    at: `/runs/${id}`,
    says: "It has started nothing yet.",
    next: "Run now",
    backend: { runDetails: () => scheduleDetails, runSchedule: () => ({ schedule: cron, starts: [] }) },
  },
  {
    name: "no way to a service",
    at: `/runs/${id}`,
    says: "Open web 80",
    backend: { runDetails: () => serviceDetails },
  },
  {
    name: "nothing written yet, beside the list",
    at: "/runs",
    says: "Nothing was written yet.",
    backend: {
      listRuns: () => runList([runningView({ id })]),
      runDetails: () => runDetails(runningView({ id })),
    },
    reach: async () => {
      await userEvent.click(await screen.findByRole("gridcell", { name: "Running" }));
    },
  },
  { name: "no other kubeconfig file", at: "/settings", says: "No other file is read.", next: "Add" },
  {
    name: "no such function",
    at: "/functions/train",
    says: "There is no such function",
    next: "Its runs",
    backend: { functionVersions: () => [] },
  },
  {
    name: "no log yet",
    at: `/runs/${id}`,
    says: "No log yet",
    backend: { runDetails: () => runDetails(runningView({ id })) },
  },
  {
    name: "no log of an ended run",
    at: `/runs/${id}`,
    says: "No log was stored",
    backend: { runDetails: () => runDetails(run) },
  },
  {
    name: "a log without lines",
    at: `/runs/${id}`,
    says: "The program wrote nothing.",
    backend: { ...log, readLogBefore: () => logPage(0, 0, { at_end: true }) },
  },
  {
    name: "no events",
    at: `/runs/${id}?tab=events`,
    says: /None were seen/,
    backend: { runDetails: () => runDetails(run) },
  },
  {
    name: "no changes of state",
    at: `/runs/${id}?tab=events`,
    says: "None yet.",
    backend: { runDetails: () => runDetails(run) },
  },
  {
    name: "no objects in the cluster",
    at: `/runs/${id}?tab=overview`,
    says: "None are left, or none was ever created.",
    backend: { runDetails: () => runDetails(run) },
  },
  {
    name: "no attempts",
    at: `/runs/${id}?tab=overview`,
    says: "None yet: no pod was made.",
    backend: { runDetails: () => runDetails(runningView({ id })) },
  },
  {
    name: "no context",
    at: "/settings",
    says: /No context was found/,
    backend: { contexts: () => ({ contexts: [], problems: [] }) },
  },
  { name: "no image in the form", at: "/new", says: /Say which image to run/ },
];

test.each(nothing)(
  "$name: what would be there is said, with a way on",
  async ({ at, says, next, backend, reach }) => {
    renderAt(at, backend);
    await reach?.();
    expect(await screen.findByText(says)).toBeInTheDocument();
    if (next === undefined) return;
    const main = within(screen.getByRole("main"));
    const ways = [
      ...main.queryAllByRole("link", { name: next }),
      ...main.queryAllByRole("button", { name: next }),
    ];
    expect(ways.length).toBeGreaterThan(0);
  },
);

test("a run that the cluster has forgotten says that its objects are gone", async () => {
  renderAt(`/runs/${id}?tab=yaml`, { runDetails: () => runDetails(run), liveYaml: () => "" });
  await userEvent.click(await screen.findByRole("radio", { name: "As it is in the cluster" }));
  expect(await screen.findByText(/Nothing of it is in the cluster any more/)).toBeInTheDocument();
});

test("one version has nothing to be compared with, and says so", async () => {
  renderAt("/functions/train", {
    functionVersions: () => [{ version: 1, created: "2026-03-10T12:00:00Z", yaml: "kind: container\n" }],
  });
  await userEvent.click(await screen.findByRole("tab", { name: "Versions 1" }));
  expect(await screen.findByText(/There is one version so far/)).toBeInTheDocument();
});

test("lines that were read stay on view when the log cannot be read on", async () => {
  let isBroken = false;
  renderAt(`/runs/${id}`, {
    runDetails: () => runDetails(runningView({ id })),
    logStreams: () => [storedLog({ is_complete: false })],
    readLogBefore: () => logPage(0, 2),
    readLog: () => (isBroken ? broken() : logPage(2, 0, { next: 200 })),
  });
  await screen.findByText("line 1");
  isBroken = true;
  expect(await screen.findByText(/What is shown may be out of date/)).toBeInTheDocument();
  expect(screen.getByText("line 1")).toBeInTheDocument();
  isBroken = false;
  await userEvent.click(screen.getByRole("button", { name: "Retry" }));
  await waitFor(() => expect(screen.queryByText(/may be out of date/)).not.toBeInTheDocument());
});

test("a list whose older runs cannot be read keeps the newer ones, and asks again only when told", async () => {
  const listRuns = vi.fn(({ filter }: Record<string, unknown>) =>
    JSON.stringify(filter).includes('"after":"there"') ? broken() : runList([run], { next: "there" }),
  );
  renderAt("/runs", { listRuns });
  expect(await screen.findByText(/What is shown may be out of date/)).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "train-aaaa" })).toBeInTheDocument();
  const asked = listRuns.mock.calls.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(listRuns.mock.calls.length).toBe(asked);
});

test("a form that is filled from a run waits for it, and launches nothing meanwhile", async () => {
  renderAt(`/new?from=${id}`, { runForm: () => new Promise(() => undefined), previewRun: () => preview });
  expect(
    await screen.findByRole("status", { name: "Loading what the form is filled from" }),
  ).toBeInTheDocument();
  expect(screen.queryByRole("combobox", { name: "Image" })).not.toBeInTheDocument();
  expect(screen.getByRole("button", { name: /^Run/ })).toBeDisabled();
});

test("a form whose run cannot be read says so, and is filled once it can", async () => {
  const runForm = vi.fn<NonNullable<Backend["runForm"]>>(broken);
  renderAt(`/new?from=${id}`, { runForm, previewRun: () => preview });
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("What the form is filled from cannot be read");
  runForm.mockImplementation(() => form);
  await userEvent.click(within(alert).getByRole("button", { name: "Retry" }));
  expect(await screen.findByRole("combobox", { name: "Image" })).toHaveValue("python:3.11");
});

test("what would be created stays on view, as of before, while the next answer fails", async () => {
  let isBroken = false;
  renderAt("/new?starter=python", { previewRun: () => (isBroken ? broken() : preview) });
  const yaml = await screen.findByRole("group", { name: "The objects as YAML" });
  await waitFor(() => expect(yaml).toHaveAttribute("aria-busy", "false"));
  isBroken = true;
  await userEvent.type(screen.getByRole("combobox", { name: "Image" }), "x");
  expect(await screen.findByText(/What is shown may be out of date/)).toBeInTheDocument();
  expect(screen.getByRole("group", { name: "The objects as YAML" })).toHaveTextContent("kind: Job");
  expect(screen.getByRole("group", { name: "The objects as YAML" })).toHaveAttribute("aria-busy", "true");
});

test("what was typed is there even if what the form was filled from cannot be read", async () => {
  const readDraft = () => JSON.stringify({ ...emptyDraft, image: "mine:1" });
  renderAt(`/new?from=${id}`, { runForm: broken, previewRun: () => preview, readDraft });
  expect(await screen.findByRole("alert")).toHaveTextContent("What the form is filled from cannot be read");
  expect(screen.getByRole("combobox", { name: "Image" })).toHaveValue("mine:1");
});
