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
};

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
};

export type Place = { context: string | null; namespace: string };

/** Rows in which something was typed, in order: their positions are those that the core's problems name. */
export function typedRows(envs: readonly EnvDraft[]): EnvDraft[] {
  return envs.filter((row) => row.name.trim() !== "" || row.value !== "");
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
  const envs = raw.get("envs");
  return {
    name: text("name", ""),
    image: text("image", ""),
    command: text("command", ""),
    args: text("args", ""),
    envs: Array.isArray(envs) ? envs.flatMap((row: unknown, key) => envRow(row, key)) : [],
    code: text("code", ""),
    lang: text("lang", emptyDraft.lang),
    handler: text("handler", ""),
    cpuRequest: text("cpuRequest", ""),
    cpuLimit: text("cpuLimit", ""),
    memoryRequest: text("memoryRequest", ""),
    memoryLimit: text("memoryLimit", ""),
  };
}

function envRow(row: unknown, key: number): EnvDraft[] {
  if (typeof row !== "object" || row === null) return [];
  const fields = new Map<string, unknown>(Object.entries(row));
  const [name, value] = [fields.get("name"), fields.get("value")];
  return typeof name === "string" && typeof value === "string" ? [{ key, name, value }] : [];
}
