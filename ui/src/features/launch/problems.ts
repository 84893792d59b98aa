import type { Problem } from "@/ipc";
import { sentence } from "@/shared/format";

import { blankRows, emptyDraft, type Draft, type RowList } from "./draft";

/** A place in the form: a part of the draft, or a field of one, in a list by its row's position among those typed in. */
export type Field =
  Exclude<keyof Draft, "kept" | "parent"> | "place" | `${RowList}.${number}.${string}` | `${Probe}.${string}`;

type Probe = "readiness_probe" | "liveness_probe";

/** Problems by field, and those that belong to none. */
type Sorted = { fields: ReadonlyMap<Field, string>; rest: readonly Problem[] };

/** Paths that are called otherwise in the form, or that one control stands for. */
const fields: Record<string, Field> = {
  "metadata.name": "name",
  "metadata.description": "description",
  "metadata.labels": "labels",
  source: "code_from",
  "source.uri": "address",
  "source.source": "address",
  code_src: "address",
  "source.code": "code",
  "source.base64": "code",
  "source.lang": "lang",
  "source.handler": "handler",
  "resources.cpu": "cpu_limit",
  "resources.cpu.requests": "cpu_request",
  "resources.cpu.limits": "cpu_limit",
  "resources.mem": "memory_limit",
  "resources.mem.requests": "memory_request",
  "resources.mem.limits": "memory_limit",
  "resources.gpu": "gpu",
  "resources.gpu_key": "gpu_key",
  "resources.disk": "disk",
  image_pull_policy: "pull_policy",
  context: "place",
  namespace: "place",
};

/** Fields of rows that are called otherwise in the form; what is told of a row as a whole stands at the first. */
const rowFields: Record<RowList, { first: string; other: Record<string, string> }> = {
  envs: { first: "name", other: {} },
  env_from: { first: "name", other: { secret: "object", config_map: "object" } },
  node_selector: { first: "name", other: { key: "name" } },
  tolerations: { first: "key", other: { toleration_seconds: "seconds" } },
  service_ports: { first: "port", other: {} },
  volumes: {
    first: "object",
    other: { claim: "object", config: "object", secret: "object", image: "object", size_limit: "size" },
  },
};

const isRowList = (name: string): name is RowList => name in blankRows;
const isPart = (name: string): name is Exclude<keyof Draft, "kept" | "parent"> =>
  name in emptyDraft && name !== "kept" && name !== "parent";

/** The part of the draft that a place in the form belongs to. */
export function partOf(field: Field): string {
  return field.split(".")[0] ?? field;
}

/** Finds the field that a problem's path means; paths may say which document they speak of first. */
export function fieldOf(path: string): Field | null {
  const bare = path.replace(/^(?:document \d+: )?(?:(?:function|task|run|document|overrides|spec)\.)*/, "");
  const [, list = "", position, name = ""] = /^(\w+)\[(\d+)\](?:\.(\w+))?/.exec(bare) ?? [];
  if (isRowList(list)) {
    const { first, other } = rowFields[list];
    const known = other[name] ?? (name in blankRows[list] ? name : first);
    return `${list}.${Number(position)}.${known}`;
  }
  const [, probe, asked = "kind"] = /^(readiness_probe|liveness_probe)(?:\.(\w+))?/.exec(bare) ?? [];
  if (probe === "readiness_probe" || probe === "liveness_probe") {
    return `${probe}.${asked in emptyDraft.readiness_probe ? asked : "kind"}`;
  }
  for (let rest = bare; rest !== ""; rest = rest.slice(0, Math.max(0, rest.lastIndexOf(".")))) {
    const name = rest.replace(/\[\d+\]$/, "");
    const found = fields[name] ?? (isPart(name) ? name : undefined);
    if (found) return found;
  }
  return null;
}

/** Sorts problems by field; several at one field are read one after the other. Those of fields that are not shown belong to none. */
export function sortProblems(
  problems: readonly Problem[],
  isShown: (field: Field) => boolean = () => true,
): Sorted {
  const sorted = new Map<Field, string>();
  const rest: Problem[] = [];
  for (const told of problems) {
    const problem = { ...told, message: sentence(told.message) };
    // An address has two fields where it names a branch, too.
    const field = problem.code === "source_reference" ? "reference" : fieldOf(problem.path);
    if (field === null || !isShown(field)) rest.push(problem);
    else sorted.set(field, [sorted.get(field), problem.message].filter(Boolean).join(" "));
  }
  return { fields: sorted, rest };
}
