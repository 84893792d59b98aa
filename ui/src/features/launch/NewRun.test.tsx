import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { Preview, RunForm } from "@/ipc";
import { failure, type Backend } from "@/ipc/mock";
import { runDetails, runningView, runView } from "@/test/builders";
import { renderAt } from "@/test/render";

const good: Preview = {
  problems: [],
  yaml: "kind: Job\nmetadata:\n  name: train-x\n",
  command: ["python", "train.py"],
  args: ["--lr", "0.1"],
  target: "lab / team",
};

function bad(path: string, message: string): Preview {
  return { problems: [{ path, code: "x", message }], yaml: null, command: null, args: null, target: null };
}

const launched = runningView({ id: "aaaa1111-0000-4000-8000-000000000000", name: "train-new" });

function show(backend: Backend = {}) {
  return renderAt("/new", { previewRun: () => good, runDetails: () => runDetails(launched), ...backend });
}

/** Fields whose labels may hold a star for "required". */
const field = (name: string) => screen.getByRole("textbox", { name: new RegExp(`^${name}`) });

async function type(name: string, text: string) {
  await userEvent.click(await screen.findByRole("textbox", { name: new RegExp(`^${name}`) }));
  await userEvent.paste(text);
}

test("what was typed arrives at the core as typed, and the run's page opens", async () => {
  const launchRun = vi.fn((args: Record<string, unknown>) => (args ? launched : launched));
  const { router } = show({ launchRun });
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
  expect(localStorage.getItem("berth.draft")).toBeNull();
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

test("a problem stands at its field, once the field was left", async () => {
  show({ previewRun: () => bad("task.resources.mem.limits", '"1.5Gb" is not a quantity.') });
  await type("Image", "python:3.11");
  await type("Memory at most", "1.5Gb");
  expect(screen.queryByText('"1.5Gb" is not a quantity.')).not.toBeInTheDocument();
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

test("problems of no field of the form are told too", async () => {
  show({ previewRun: () => bad("affinity", "The selector is malformed.") });
  await type("Image", "python:3.11");
  await userEvent.tab();
  expect(await screen.findByText("The selector is malformed.")).toBeInTheDocument();
});

test("a draft is there again when the form is", async () => {
  const first = show();
  await type("Image", "python:3.11");
  await type("Command", "python -V");
  first.unmount();
  show();
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
  await waitFor(() => expect(field("Code")).toHaveValue("print(1)\n"));
  expect(field("File name")).toHaveValue("train.py");
});

test("a starter fills the form and leaves the person's own draft alone", async () => {
  const { router } = renderAt("/new?starter=python", { previewRun: () => good });
  expect(await screen.findByRole("textbox", { name: "Image" })).toHaveValue("python:3.12-slim");
  await router.navigate({ to: "/new" });
  await waitFor(() => expect(screen.getByRole("textbox", { name: "Image" })).toHaveValue(""));
});
