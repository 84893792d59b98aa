import type { RunForm } from "@/ipc";

/** The form as it is being typed. Pure; what the core gets is made by `toForm`. */
export type Draft = {
  name: string;
  image: string;
  command: string;
  /** One argument a line. */
  args: string;
  envs: EnvDraft[];
  code: string;
  lang: string;
  handler: string;
  cpuRequest: string;
  cpuLimit: string;
  memoryRequest: string;
  memoryLimit: string;
  pullPolicy: string;
  nodeSelector: EnvDraft[];
  tolerations: TolerationDraft[];
  backoffLimit: string;
  deadline: string;
  ttl: string;
  security: string;
  /** What the form has no control for, as it came from a run or a function. */
  kept: Kept;
  /** The run that is repeated. */
  parent: string | null;
};

export type Kept = { function: unknown; task: unknown };

/** A taint that is put up with. */
export type TolerationDraft = { key: number; name: string; value: string; effect: string };

/** A row keeps its key while others come and go. */
export type EnvDraft = { key: number; name: string; value: string };

export const emptyDraft: Draft = {
  name: "",
  image: "",
  command: "",
  args: "",
  envs: [],
  code: "",
  lang: "python",
  handler: "",
  cpuRequest: "",
  cpuLimit: "",
  memoryRequest: "",
  memoryLimit: "",
  pullPolicy: "",
  nodeSelector: [],
  tolerations: [],
  backoffLimit: "",
  deadline: "",
  ttl: "",
  security: "",
  kept: { function: null, task: null },
  parent: null,
};

export type Place = { context: string | null; namespace: string };

/** Rows in which something was typed, in order: their positions are those that the core's problems name. */
export function typedRows(envs: readonly EnvDraft[]): EnvDraft[] {
  return envs.filter((row) => row.name.trim() !== "" || row.value !== "");
}

/** Tolerations in which something was typed, in order. */
export function typedTolerations(rows: readonly TolerationDraft[]): TolerationDraft[] {
  return rows.filter((row) => row.name.trim() !== "" || row.value !== "" || row.effect !== "");
}

/** The draft that says what a form says: of a run that is to be changed and repeated, or of a saved function. */
export function toDraft(form: RunForm): Draft {
  const keyed = (rows: { name: string; value: string }[]) => rows.map((row, key) => ({ key, ...row }));
  return {
    name: form.name,
    image: form.image,
    command: form.command,
    args: form.args.join("\n"),
    envs: keyed(form.envs),
    code: form.code,
    lang: form.lang === "" ? emptyDraft.lang : form.lang,
    handler: form.handler,
    cpuRequest: form.cpu_request,
    cpuLimit: form.cpu_limit,
    memoryRequest: form.memory_request,
    memoryLimit: form.memory_limit,
    pullPolicy: form.pull_policy,
    nodeSelector: keyed(form.node_selector),
    tolerations: form.tolerations.map(({ key: name, value, effect }, key) => ({ key, name, value, effect })),
    backoffLimit: form.backoff_limit,
    deadline: form.deadline,
    ttl: form.ttl,
    security: form.security,
    kept: { function: form.kept_function, task: form.kept_task },
    parent: form.parent,
  };
}

export function toForm(draft: Draft, id: string, place: Place): RunForm {
  return {
    id,
    project: "",
    name: draft.name.trim() === "" ? suggestedName(draft.image) : draft.name,
    image: draft.image,
    command: draft.command,
    args: draft.args === "" ? [] : draft.args.replace(/\n$/, "").split("\n"),
    envs: typedRows(draft.envs).map(({ name, value }) => ({ name: name.trim(), value })),
    code: draft.code,
    lang: draft.code === "" ? "" : draft.lang,
    handler: draft.code === "" ? "" : draft.handler,
    cpu_request: draft.cpuRequest,
    cpu_limit: draft.cpuLimit,
    memory_request: draft.memoryRequest,
    memory_limit: draft.memoryLimit,
    pull_policy: draft.pullPolicy,
    node_selector: typedRows(draft.nodeSelector).map(({ name, value }) => ({ name: name.trim(), value })),
    tolerations: typedTolerations(draft.tolerations).map(({ name, value, effect }) => ({
      key: name,
      value,
      effect,
    })),
    backoff_limit: draft.backoffLimit,
    deadline: draft.deadline,
    ttl: draft.ttl,
    security: draft.security,
    kept_function: draft.kept.function,
    kept_task: draft.kept.task,
    parent: draft.parent,
    context: place.context ?? "",
    namespace: place.context === null ? "" : place.namespace,
  };
}

/** The name that a run gets where none is typed: the image's own, without registry, tag and digest. */
export function suggestedName(image: string): string {
  const last = image.trim().split("@")[0]?.split("/").at(-1)?.split(":")[0] ?? "";
  return last.replace(/[^a-zA-Z0-9._+-]/g, "-");
}

/** Names whose values are not written down with the draft. */
const SECRET = /secret|token|passw|credential|api_?key|private/i;

/** The draft as it is kept across restarts: values that look secret are left out. */
export function keepable(draft: Draft): Draft {
  return { ...draft, envs: draft.envs.map((row) => (SECRET.test(row.name) ? { ...row, value: "" } : row)) };
}

/** Reads a kept draft; what is not one gives an empty form. */
export function parseDraft(stored: string | null): Draft {
  if (stored === null) return emptyDraft;
  try {
    const raw: unknown = JSON.parse(stored);
    return typeof raw === "object" && raw !== null ? restored(new Map(Object.entries(raw))) : emptyDraft;
  } catch {
    return emptyDraft;
  }
}

function restored(raw: Map<string, unknown>): Draft {
  const text = (key: keyof Draft, otherwise: string) => {
    const value = raw.get(key);
    return typeof value === "string" ? value : otherwise;
  };
  const rows = (key: "envs" | "nodeSelector") => {
    const value = raw.get(key);
    return Array.isArray(value) ? value.flatMap((row: unknown, index) => envRow(row, index)) : [];
  };
  const tolerations = raw.get("tolerations");
  const kept = raw.get("kept");
  const fields = new Map<string, unknown>(
    typeof kept === "object" && kept !== null ? Object.entries(kept) : [],
  );
  return {
    name: text("name", ""),
    image: text("image", ""),
    command: text("command", ""),
    args: text("args", ""),
    envs: rows("envs"),
    code: text("code", ""),
    lang: text("lang", emptyDraft.lang),
    handler: text("handler", ""),
    cpuRequest: text("cpuRequest", ""),
    cpuLimit: text("cpuLimit", ""),
    memoryRequest: text("memoryRequest", ""),
    memoryLimit: text("memoryLimit", ""),
    pullPolicy: text("pullPolicy", ""),
    nodeSelector: rows("nodeSelector"),
    tolerations: Array.isArray(tolerations)
      ? tolerations.flatMap((row: unknown, key) => tolerationRow(row, key))
      : [],
    backoffLimit: text("backoffLimit", ""),
    deadline: text("deadline", ""),
    ttl: text("ttl", ""),
    security: text("security", ""),
    kept: { function: fields.get("function") ?? null, task: fields.get("task") ?? null },
    parent: text("parent", "") === "" ? null : text("parent", ""),
  };
}

function tolerationRow(row: unknown, key: number): TolerationDraft[] {
  const [read] = envRow(row, key);
  if (!read) return [];
  const effect = typeof row === "object" && row !== null && "effect" in row ? row.effect : "";
  return [{ ...read, effect: typeof effect === "string" ? effect : "" }];
}

function envRow(row: unknown, key: number): EnvDraft[] {
  if (typeof row !== "object" || row === null) return [];
  const fields = new Map<string, unknown>(Object.entries(row));
  const [name, value] = [fields.get("name"), fields.get("value")];
  return typeof name === "string" && typeof value === "string" ? [{ key, name, value }] : [];
}
