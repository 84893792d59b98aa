import type { Action, RunForm } from "@/ipc";

import { actions } from "./draft";
import { envFromWords, portWords, probeWords, tolerationWords, volumeWords } from "./rowWords";
import { isStarter, type Starter } from "./starters";

/** What a form is filled from: a run, or a version of a function; neither for an empty one. */
export type Origin = {
  /** Id of a run. */
  from?: string | undefined;
  /** Name of a function. */
  function?: string | undefined;
  version?: number | undefined;
  /** What is to be done with the function. */
  action?: Action | undefined;
  /** A memory limit to begin with, instead of the original's. */
  memory?: string | undefined;
  /** A form to begin from, for those who have nothing yet. */
  starter?: Starter | undefined;
};

/** Reads the address of the form. */
export function parseOrigin(raw: Record<string, unknown>): Origin {
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  return {
    from: text(raw.from),
    function: text(raw.function),
    version: typeof raw.version === "number" ? raw.version : undefined,
    action: actions.find((action) => action === raw.action),
    memory: text(raw.memory),
    starter: isStarter(raw.starter) ? raw.starter : undefined,
  };
}

/** The name under which the draft of an origin is kept: each has its own, and each project, so that none overwrites another. */
export function draftKey(origin: Origin, project: string): string {
  const key = keyOf(origin);
  return project === "default" ? key : `${key}@${project}`;
}

function keyOf(origin: Origin): string {
  if (origin.from) return `run.${origin.from}${origin.memory ? `.${origin.memory}` : ""}`;
  if (origin.function) {
    const action = origin.action ? `.${origin.action}` : "";
    return `function.${origin.function}.${origin.version ?? "latest"}${action}`;
  }
  if (origin.starter) return `starter.${origin.starter}`;
  return origin.action ? `new.${origin.action}` : "new";
}

/** One field that says something else than before. */
export type Difference = { field: string; before: string; after: string };

const names = [
  ["action", "Action"],
  ["name", "Name"],
  ["description", "Description"],
  ["labels", "Labels"],
  ["image", "Image"],
  ["base_image", "Base image"],
  ["command", "Command"],
  ["args", "Arguments"],
  ["code_from", "Source"],
  ["address", "Place of the code"],
  ["reference", "Branch, tag or commit"],
  ["is_archive", "A zip archive"],
  ["code", "Code"],
  ["lang", "Language"],
  ["handler", "Handler"],
  ["instructions", "Instructions"],
  ["secrets", "Secrets"],
  ["profile", "Profile"],
  ["cpu_request", "CPU set aside"],
  ["cpu_limit", "CPU at most"],
  ["memory_request", "Memory set aside"],
  ["memory_limit", "Memory at most"],
  ["gpu", "GPUs"],
  ["gpu_key", "GPU resource"],
  ["disk", "Scratch space"],
  ["replicas", "Copies"],
  ["service_ports", "Ports"],
  ["service_type", "Reached"],
  ["service_name", "Service name"],
  ["readiness_probe", "Ready when"],
  ["liveness_probe", "Started anew unless"],
  ["schedule", "Schedule"],
  ["time_zone", "Time zone"],
  ["concurrency_policy", "While the one before still runs"],
  ["tolerations", "Tolerations"],
  ["affinity", "Affinity"],
  ["backoff_limit", "Retries"],
  ["deadline", "Time limit"],
  ["ttl", "Kept in the cluster"],
  ["security", "Security level"],
  ["service_account", "Service account"],
  ["run_as_user", "User"],
  ["run_as_group", "Group"],
  ["fs_group", "Group of volumes"],
  ["priority_class", "Priority class"],
  ["runtime_class", "Runtime class"],
  ["pull_policy", "Image pull"],
  ["image_pull_secrets", "Pulled with"],
  ["pod_patch", "Patch of the pod"],
] as const;

/** What a form says otherwise than the one that it was filled from, in words for people. Pure. */
export function differences(before: RunForm, after: RunForm): Difference[] {
  const found: Difference[] = [];
  const note = (field: string, old: string, fresh: string) => {
    if (old !== fresh) found.push({ field, before: old, after: fresh });
  };
  for (const [field, label] of names) note(label, words(before, field), words(after, field));
  for (const told of [variables, nodeLabels, volumes]) {
    const [old, fresh] = [told(before), told(after)];
    for (const label of new Set([...old.keys(), ...fresh.keys()])) {
      note(label, old.get(label) ?? "", fresh.get(label) ?? "");
    }
  }
  return found;
}

function variables({ envs, env_from }: RunForm): Map<string, string> {
  return new Map([
    ...envs.map((row) => [row.name, row.value] as const),
    ...env_from.map((row) => [row.name, envFromWords(row)] as const),
  ]);
}

function nodeLabels({ node_selector }: RunForm): Map<string, string> {
  return new Map(node_selector.map((row) => [`Node label ${row.name}`, row.value]));
}

/** By their places: a volume's name is made from that where none is said. */
function volumes(form: RunForm): Map<string, string> {
  return new Map(form.volumes.map((row) => [`Volume at ${row.mount_path || "no place"}`, volumeWords(row)]));
}

function words(form: RunForm, field: (typeof names)[number][0]): string {
  switch (field) {
    case "is_archive":
      return form.is_archive ? "yes" : "no";
    case "args":
      return form.args.length === 0 ? "" : JSON.stringify(form.args);
    case "labels":
    case "secrets":
    case "image_pull_secrets":
      return form[field].join(", ");
    case "tolerations":
      return form.tolerations.map(tolerationWords).join("; ");
    case "service_ports":
      return form.service_ports.map(portWords).join("; ");
    case "readiness_probe":
    case "liveness_probe":
      return probeWords(form[field]);
    default:
      return form[field];
  }
}

/** Names of what is kept from the original although the form has no control for it. */
export function keptNames(kept: { function: unknown; task: unknown }): string[] {
  const keys = (value: unknown) => (typeof value === "object" && value !== null ? Object.keys(value) : []);
  // Code has a control that says that it is kept.
  return [...keys(kept.function), ...keys(kept.task)].filter((name) => name !== "source");
}
