import type { Problem } from "@/ipc";

import type { Draft } from "./draft";

/** A place in the form: a field, or one side of a row by its position among those typed in. */
export type Field =
  | Exclude<keyof Draft, "kept" | "parent">
  | "place"
  | `envs.${number}.${"name" | "value"}`
  | `tolerations.${number}`;

/** Problems by field, and those that belong to none. */
export type Sorted = { fields: ReadonlyMap<Field, string>; rest: readonly Problem[] };

const fields: Record<string, Field> = {
  name: "name",
  "metadata.name": "name",
  image: "image",
  command: "command",
  args: "args",
  envs: "envs",
  source: "code",
  "source.code": "code",
  "source.base64": "code",
  "source.lang": "lang",
  "source.handler": "handler",
  "resources.cpu": "cpuLimit",
  "resources.cpu.requests": "cpuRequest",
  "resources.cpu.limits": "cpuLimit",
  "resources.mem": "memoryLimit",
  "resources.mem.requests": "memoryRequest",
  "resources.mem.limits": "memoryLimit",
  image_pull_policy: "pullPolicy",
  node_selector: "nodeSelector",
  tolerations: "tolerations",
  backoff_limit: "backoffLimit",
  deadline: "deadline",
  ttl: "ttl",
  security: "security",
  context: "place",
  namespace: "place",
};

/** Finds the field that a problem's path means; paths may say which document they speak of first. */
export function fieldOf(path: string): Field | null {
  const bare = path.replace(/^(?:(?:function|task|run|document|overrides|spec)\.)+/, "");
  const row = /^envs\[(\d+)\](?:\.(name|value))?/.exec(bare);
  if (row) return `envs.${Number(row[1])}.${row[2] === "value" ? "value" : "name"}`;
  const toleration = /^tolerations\[(\d+)\]/.exec(bare);
  if (toleration) return `tolerations.${Number(toleration[1])}`;
  for (let rest = bare; rest !== ""; rest = rest.slice(0, Math.max(0, rest.lastIndexOf(".")))) {
    const found = fields[rest.replace(/\[\d+\]$/, "")];
    if (found) return found;
  }
  return null;
}

/** Sorts problems by field; several at one field are read one after the other. */
export function sortProblems(problems: readonly Problem[]): Sorted {
  const sorted = new Map<Field, string>();
  const rest: Problem[] = [];
  for (const problem of problems) {
    const field = fieldOf(problem.path);
    if (field === null) rest.push(problem);
    else sorted.set(field, [sorted.get(field), problem.message].filter(Boolean).join(" "));
  }
  return { fields: sorted, rest };
}
