import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { Preview, RunForm } from "@/ipc";
import { failure, type Backend } from "@/ipc/mock";
import { runDetails, runningView, runView } from "@/test/builders";
import { renderAt } from "@/test/render";

import { blankRows, emptyDraft, toForm } from "./draft";

const good: Preview = {
  problems: [],
  yaml: "kind: Job\nmetadata:\n  name: train-x\n",
  values: [],
  command: ["python", "train.py"],
  args: ["--lr", "0.1"],
  unused_code: null,
  target: "lab / team",
};

function bad(path: string, message: string): Preview {
  return {
    problems: [{ path, code: "x", message }],
    yaml: null,
    values: [],
    command: null,
    args: null,
    unused_code: null,
    target: null,
  };
}

const launched = runningView({ id: "aaaa1111-0000-4000-8000-000000000000", name: "train-new" });

function show(backend: Backend = {}) {
  return renderAt("/new", { previewRun: () => good, runDetails: () => runDetails(launched), ...backend });
}

/** A field of the form by its name, which may hold a star for "required"; of those with suggestions not their list. */
const named = (name: string) =>
  [new RegExp(`^${name}`), { selector: "input, textarea, [role=textbox]" }] as const;
const field = (name: string) => screen.getByLabelText(...named(name));

async function type(name: string, text: string) {
  await userEvent.click(await screen.findByLabelText(...named(name)));
  await userEvent.paste(text);
}

test("what was typed arrives at the core as typed, and the run's page opens", async () => {
  const launchRun = vi.fn((args: Record<string, unknown>) => (args ? launched : launched));
  const saveDraft = vi.fn((args: Record<string, unknown>) => (args ? null : null));
  const { router } = show({ launchRun, saveDraft });
  await screen.findByText("A job in lab / team");
  await type("Image", "python:3.11");
  await type("Command", "python train.py");
  await type("Arguments", "--lr\n0.1");
  await type("Code", "print(1)\n");
  await userEvent.click(screen.getByRole("button", { name: "Add variable" }));
  await type("Name of variable 1", "LR");
  await type("Value of variable 1", "0.1");
  await type("Memory at most", "1Gi");
  await userEvent.click(screen.getByRole("button", { name: /^Run/ }));
  await waitFor(() => expect(router.state.location.pathname).toBe(`/runs/${launched.id}`));
  const expected: Partial<RunForm> = {
    name: "python",
    image: "python:3.11",
    command: "python train.py",
    args: ["--lr", "0.1"],
    code: "print(1)\n",
    lang: "python",
    envs: [{ name: "LR", value: "0.1" }],
    memory_limit: "1Gi",
    context: "lab",
    namespace: "team",
  };
  expect(launchRun.mock.calls[0]?.[0].form).toMatchObject(expected);
  // What was typed is kept, and not any more once it runs.
  await waitFor(() => expect(saveDraft.mock.calls.at(-1)?.[0]).toEqual({ key: "new", draft: null }));
  expect(saveDraft.mock.calls.some(([args]) => String(args.draft).includes("train.py"))).toBe(true);
});

test("the objects and the words of the command are shown as they would be made", async () => {
  show();
  await type("Image", "python:3.11");
  const pane = screen.getByRole("complementary", { name: "What will be created" });
  expect(await within(pane).findByText(/name: train-x/)).toBeInTheDocument();
  expect(await screen.findByText(/command: \["python","train.py"\]/)).toHaveTextContent(
    'args: ["--lr","0.1"]',
  );
});

test("a problem stands at its field and at no other", async () => {
  show({ previewRun: () => bad("task.resources.mem.limits", '"1.5Gb" is not a quantity.') });
  await type("Image", "python:3.11");
  await type("Memory at most", "1.5Gb");
  await userEvent.tab();
  expect(await screen.findByText('"1.5Gb" is not a quantity.')).toBeInTheDocument();
  expect(field("Memory at most")).toBeInvalid();
  expect(field("Image")).toBeValid();
});

test("the row of an environment problem is the right one, blank rows notwithstanding", async () => {
  show({ previewRun: () => bad("envs[0].name", '"1A" is not a name for a variable.') });
  await type("Image", "python:3.11");
  const add = screen.getByRole("button", { name: "Add variable" });
  await userEvent.click(add);
  await userEvent.click(add);
  await type("Name of variable 2", "1A");
  await userEvent.tab();
  expect(await screen.findByText('"1A" is not a name for a variable.')).toBeInTheDocument();
  expect(field("Name of variable 2")).toBeInvalid();
  expect(field("Name of variable 1")).toBeValid();
});

test("a refused launch stays on the form, at the field, and loses nothing", async () => {
  const launchRun = vi.fn().mockImplementation(() => {
    const fields = [{ path: "image", code: "image", message: "The image is not a name." }];
    throw failure("invalid_input", "The image is not a name.", { fields });
  });
  const { router } = show({ launchRun });
  await type("Image", "Bad Image");
  await type("Command", "echo kept");
  await userEvent.click(screen.getByRole("button", { name: /^Run/ }));
  expect(await screen.findByText("The image is not a name.")).toBeInTheDocument();
  expect(field("Image")).toBeInvalid();
  expect(field("Image")).toHaveFocus();
  expect(field("Image")).toHaveValue("Bad Image");
  expect(field("Command")).toHaveValue("echo kept");
  expect(router.state.location.pathname).toBe("/new");
});

test("a cluster that does not answer is told above the form; the same form again is the same run", async () => {
  const launchRun = vi.fn().mockImplementation(() => {
    throw failure("unreachable", "lab does not answer.", { hint: "Is the VPN up?" });
  });
  show({ launchRun });
  await type("Image", "python:3.11");
  await userEvent.click(screen.getByRole("button", { name: /^Run/ }));
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("The cluster does not answer");
  expect(alert).toHaveTextContent("Is the VPN up?");
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(launchRun).toHaveBeenCalledTimes(2));
  const [first, second] = launchRun.mock.calls.map((call) => call[0].form.id);
  expect(second).toBe(first);
  expect(field("Image")).toHaveValue("python:3.11");
});

test("a problem is told while the field is typed in, after a pause, and counted beside its section", async () => {
  show({ previewRun: () => bad("resources.mem.limits", '"1.5Gb" is not a quantity.') });
  await type("Memory at most", "1.5Gb");
  expect(await screen.findByText('"1.5Gb" is not a quantity.')).toBeInTheDocument();
  expect(field("Memory at most")).toHaveFocus();
  const sections = screen.getByRole("navigation", { name: "Sections of the form" });
  expect(within(sections).getByRole("button", { name: /^Resources/ })).toHaveTextContent(
    "⚠ 1 field needs a look",
  );
  expect(within(sections).getByRole("button", { name: /^Image/ })).toHaveTextContent("nothing given");
});

test("controls suggest what there is once they are used, and take anything else", async () => {
  const suggestions = vi.fn((args: Record<string, unknown>) =>
    args.kind === "images"
      ? { items: [{ name: "python:3.11", values: [], effect: null, note: "4 runs" }], notice: null }
      : { items: [], notice: "You may not list the nodes of this cluster, so nothing is suggested." },
  );
  show({ suggestions });
  await screen.findByText("A job in lab / team");
  expect(suggestions).not.toHaveBeenCalled();
  await userEvent.click(await screen.findByLabelText(...named("Image")));
  await userEvent.click(await screen.findByRole("option", { name: /python:3.11.*4 runs/ }));
  expect(field("Image")).toHaveValue("python:3.11");
  await userEvent.click(screen.getByRole("button", { name: "Add node label" }));
  await type("Name of node label 1", "disk");
  expect(await screen.findByText(/You may not list the nodes/)).toBeInTheDocument();
  expect(field("Name of node label 1")).toHaveValue("disk");
  expect(suggestions).toHaveBeenCalledWith({
    project: "default",
    place: { context: "lab", namespace: "team" },
    kind: "node_labels",
  });
});

test("profiles and secrets that cannot be suggested say why, and can be typed", async () => {
  const locked = () => {
    throw failure("storage", "the database is locked");
  };
  show({ listProfiles: locked, listSecrets: locked });
  const told = (what: string) => `The project's ${what} cannot be suggested: the database is locked`;
  expect(await screen.findByText(told("profiles"))).toBeInTheDocument();
  expect(await screen.findByText(told("secrets"))).toBeInTheDocument();
  await type("Profile", "small");
  expect(field("Profile")).toHaveValue("small");
});

test("a taint is chosen whole", async () => {
  show({
    suggestions: ({ kind }) => ({
      items:
        kind === "taints" ? [{ name: "gpu", values: ["a100"], effect: "NoSchedule", note: "2 nodes" }] : [],
      notice: null,
    }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Put up with a taint" }));
  await userEvent.click(field("Key of taint 1"));
  await userEvent.click(await screen.findByRole("option", { name: /gpu.*NoSchedule · 2 nodes/ }));
  expect(field("Key of taint 1")).toHaveValue("gpu");
  expect(field("Value of taint 1")).toHaveValue("a100");
  expect(field("Effect of taint 1")).toHaveValue("NoSchedule");
});

test("an affinity is typed or comes from a file, and what is wrong with it stands at it", async () => {
  const previewRun = vi.fn(() => bad("affinity.nodeAfinity", 'Write "nodeAffinity".'));
  show({ previewRun });
  await type("Image", "busybox");
  await userEvent.click(screen.getByRole("button", { name: "Add affinity" }));
  await type("Affinity", "nodeAfinity: {}");
  expect(await screen.findByText('Write "nodeAffinity".')).toBeInTheDocument();
  expect(field("Affinity")).toBeInvalid();
  await waitFor(() =>
    expect(previewRun).toHaveBeenLastCalledWith({
      form: expect.objectContaining({ affinity: "nodeAfinity: {}" }),
    }),
  );
});

test("problems of no field that is shown are told too", async () => {
  show({ previewRun: () => bad("service_name", "The selector is malformed.") });
  await type("Image", "python:3.11");
  await userEvent.tab();
  expect(await screen.findByText("The selector is malformed.")).toBeInTheDocument();
});

test("a draft is there again when the form is", async () => {
  const drafts = new Map<string, string | null>();
  const onDisk: Backend = {
    readDraft: ({ key }) => drafts.get(String(key)) ?? null,
    saveDraft: ({ key, draft }) => {
      drafts.set(String(key), draft === null ? null : String(draft));
      return null;
    },
  };
  const first = show(onDisk);
  await type("Image", "python:3.11");
  await type("Command", "python -V");
  await waitFor(() => expect(drafts.get("new")).toContain("python -V"));
  first.unmount();
  show(onDisk);
  expect(await screen.findByDisplayValue("python -V")).toBeInTheDocument();
  expect(field("Image")).toHaveValue("python:3.11");
});

test("without a context the form says what to do", async () => {
  show({ contexts: () => ({ contexts: [], problems: ["There is no kubeconfig."] }) });
  expect(await screen.findByText("No context is chosen: choose one above.")).toBeInTheDocument();
  expect(await screen.findByText("There is no kubeconfig.")).toBeInTheDocument();
});

test("a protected context is asked about before anything is launched there", async () => {
  const launchRun = vi.fn(() => runView({ id: "22222222-2222-4222-8222-222222222222" }));
  show({ contextLooks: () => ({ lab: { is_protected: true } }), launchRun });
  await type("Image", "python:3.11");
  await userEvent.click(screen.getByRole("button", { name: /^Run/ }));
  const dialog = await screen.findByRole("dialog", { name: "Launch on lab?" });
  expect(launchRun).not.toHaveBeenCalled();
  await userEvent.click(within(dialog).getByRole("button", { name: "Launch" }));
  await waitFor(() => expect(launchRun).toHaveBeenCalledTimes(1));
});

test("a file becomes the code, with its name and language", async () => {
  show();
  const file = new File(["print(1)\n"], "train.py", { type: "text/x-python" });
  const button = await screen.findByText("From a file…");
  const input = button.closest("label")?.querySelector("input");
  if (!input) throw new Error("the button has no file field");
  await userEvent.upload(input, file);
  await waitFor(() => expect(field("Code")).toHaveTextContent("print(1)"));
  expect(field("Handler")).toHaveValue("train.py");
});

test("Tab indents the code, and the field says how the keyboard leaves it", async () => {
  show();
  await type("Code", "if x:");
  await userEvent.keyboard("{Tab}");
  expect(field("Code")).toHaveFocus();
  expect(field("Code")).toHaveTextContent(/^ {4}if x:$/, { normalizeWhitespace: false });
  expect(field("Code")).toHaveAccessibleDescription(/Escape, then Tab, leaves the field/);
});

test("a starter fills the form and leaves the person's own draft alone", async () => {
  const { router } = renderAt("/new?starter=python", { previewRun: () => good });
  expect(await screen.findByLabelText(...named("Image"))).toHaveValue("python:3.12-slim");
  await router.navigate({ to: "/new" });
  await waitFor(() => expect(field("Image")).toHaveValue(""));
});

async function choose(control: string, option: string) {
  await userEvent.click(await screen.findByLabelText(...named(control)));
  await userEvent.click(await screen.findByRole("option", { name: option }));
}

test("code comes from a repository, at a branch, signed in for by a secret", async () => {
  const previewRun = vi.fn((args: Record<string, unknown>) => (args ? good : good));
  show({ previewRun });
  await type("Image", "python:3.11");
  await choose("Source", "a git repository");
  expect(screen.queryByRole("textbox", { name: "Code" })).not.toBeInTheDocument();
  await type("Repository", "https://example.org/team/code#v1");
  await userEvent.tab();
  expect(field("Repository")).toHaveValue("https://example.org/team/code");
  expect(field("Branch, tag or commit")).toHaveValue("v1");
  await choose("Signs in", "with a token");
  expect(await screen.findByText(/GIT_TOKEN has no value in this project yet/)).toBeInTheDocument();
  const expected: Partial<RunForm> = {
    code_from: "git",
    address: "https://example.org/team/code",
    reference: "v1",
    lang: "",
    secrets: ["GIT_TOKEN"],
  };
  await waitFor(() =>
    expect(previewRun).toHaveBeenLastCalledWith({ form: expect.objectContaining(expected) }),
  );
  await choose("Signs in", "not at all: it is public");
  await waitFor(() =>
    expect(previewRun).toHaveBeenLastCalledWith({ form: expect.objectContaining({ secrets: [] }) }),
  );
});

test("what is wrong with an address stands at it, and what is wrong with a branch at that", async () => {
  const problems = [
    { path: "spec.source.uri", code: "source_reference", message: '"a..b" is not a branch.' },
    { path: "source.uri", code: "source_address", message: "It names no repository." },
  ];
  show({ previewRun: () => ({ ...bad("x", "y"), problems }) });
  await type("Image", "python:3.11");
  await choose("Source", "a git repository");
  await type("Repository", "example.org");
  await type("Branch, tag or commit", "a..b");
  expect(await screen.findByText("It names no repository.")).toBeInTheDocument();
  expect(await screen.findByText('"a..b" is not a branch.')).toBeInTheDocument();
  expect(field("Repository")).toHaveAccessibleDescription(/It names no repository/);
  expect(field("Branch, tag or commit")).toHaveAccessibleDescription(/is not a branch/);
});

test("a bucket asks for its store, its keys and whether to unpack", async () => {
  const previewRun = vi.fn((args: Record<string, unknown>) => (args ? good : good));
  show({ previewRun });
  await type("Image", "python:3.11");
  await choose("Source", "a bucket (S3)");
  await type("Object or folder", "s3://models/code.zip");
  await userEvent.click(screen.getByLabelText("It is a zip archive: unpack it"));
  await type("Store", "http://minio:9000");
  await choose("Signs in", "with a key and its secret");
  const expected: Partial<RunForm> = {
    code_from: "s3",
    address: "s3://models/code.zip",
    is_archive: true,
    secrets: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
    envs: [{ name: "AWS_ENDPOINT_URL", value: "http://minio:9000" }],
  };
  await waitFor(() =>
    expect(previewRun).toHaveBeenLastCalledWith({ form: expect.objectContaining(expected) }),
  );
});

test("a command for the code is offered, and filled in only when it is taken", async () => {
  show({ previewRun: () => ({ ...good, unused_code: "python3 main.py" }) });
  await type("Image", "python:3.11");
  await type("Code", "print(1)");
  const offer = await screen.findByRole("button", { name: "Use python3 main.py" });
  expect(field("Command")).toHaveValue("");
  await userEvent.click(offer);
  expect(field("Command")).toHaveValue("python3 main.py");
});

test("the form of a function is filled with what the function is by then", async () => {
  let image = "python:3.11";
  const functionForm = () =>
    toForm({ ...emptyDraft, name: "iris", image }, "", {
      context: null,
      namespace: "",
      project: "default",
    });
  const { router } = renderAt("/new?function=iris", { previewRun: () => good, functionForm });
  await waitFor(() => expect(field("Image")).toHaveValue("python:3.11"));
  await act(() => router.navigate({ to: "/functions" }));
  await screen.findByRole("heading", { name: "Functions" });
  image = "registry/iris@sha256:1";
  await act(() => router.navigate({ to: "/new", search: { function: "iris" } }));
  await waitFor(() => expect(field("Image")).toHaveValue("registry/iris@sha256:1"));
});

test("what was changed from the original is told in words, volumes too", async () => {
  const volumes = [{ ...blankRows.volumes, name: "data", mount_path: "/data", object: "team-data", row: 0 }];
  const place = { context: "lab", namespace: "team", project: "default" };
  const form = toForm({ ...emptyDraft, name: "train", image: "python:3.11", volumes }, launched.id, place);
  renderAt(`/new?from=${launched.id}`, { runForm: () => form, previewRun: () => good });
  await userEvent.click(await screen.findByRole("checkbox", { name: "Read only, volume 1" }));
  const changed = await screen.findByRole("region", { name: "Changed" });
  expect(changed).toHaveTextContent("Volume at /dataclaim team-data → claim team-data, read only");
});
