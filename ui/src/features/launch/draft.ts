import type {
  CodeFrom,
  EnvFromRow,
  EnvRow,
  PortRow,
  ProbeForm,
  RunForm,
  TolerationRow,
  VolumeRow,
} from "@/ipc";

/** A row keeps its number while others come and go. */
export type Row<Typed> = Typed & { row: number };

/** Lists of rows: what a row says in which nothing was typed. */
export const blankRows = {
  envs: { name: "", value: "" },
  env_from: { name: "", kind: "secret", object: "", key: "" },
  node_selector: { name: "", value: "" },
  tolerations: { key: "", value: "", effect: "", seconds: "" },
  service_ports: { port: "", target_port: "", name: "", protocol: "", node_port: "" },
  volumes: {
    kind: "claim",
    name: "",
    mount_path: "",
    sub_path: "",
    read_only: false,
    object: "",
    size: "",
    storage_class: "",
    access_mode: "",
    goes_with_run: false,
    medium: "",
  },
} as const satisfies Record<string, Record<string, string | boolean>>;

export type RowList = keyof typeof blankRows;

type Lists = {
  envs: Row<EnvRow>[];
  env_from: Row<EnvFromRow>[];
  node_selector: Row<EnvRow>[];
  tolerations: Row<TolerationRow>[];
  service_ports: Row<PortRow>[];
  volumes: Row<VolumeRow>[];
};

/** Fields that are one text. */
const emptyTexts = {
  name: "",
  description: "",
  image: "",
  base_image: "",
  command: "",
  /** One argument a line. */
  args: "",
  address: "",
  reference: "",
  code: "",
  lang: "python",
  handler: "",
  instructions: "",
  profile: "",
  cpu_request: "",
  cpu_limit: "",
  memory_request: "",
  memory_limit: "",
  gpu: "",
  gpu_key: "",
  disk: "",
  replicas: "",
  service_type: "",
  service_name: "",
  schedule: "",
  time_zone: "",
  concurrency_policy: "",
  pull_policy: "",
  affinity: "",
  backoff_limit: "",
  deadline: "",
  ttl: "",
  security: "",
  run_as_user: "",
  run_as_group: "",
  fs_group: "",
  service_account: "",
  priority_class: "",
  runtime_class: "",
  pod_patch: "",
};

export type TextField = keyof typeof emptyTexts;

const emptyProbe: ProbeForm = {
  kind: "",
  path: "",
  port: "",
  command: "",
  initial_delay_seconds: "",
  period_seconds: "",
  timeout_seconds: "",
  failure_threshold: "",
};

/** The form as it is being typed, by the names of `RunForm`. Pure; what the core gets is made by `toForm`. */
export type Draft = typeof emptyTexts &
  Lists & {
    action: RunForm["action"];
    code_from: CodeFrom;
    is_archive: boolean;
    labels: string[];
    secrets: string[];
    image_pull_secrets: string[];
    readiness_probe: ProbeForm;
    liveness_probe: ProbeForm;
    /** What the form has no control for, as it came from a run or a function. */
    kept: Kept;
    /** The run that is repeated. */
    parent: string | null;
  };

export type Kept = { function: unknown; task: unknown };

export const emptyDraft: Draft = {
  ...emptyTexts,
  action: "job",
  code_from: "text",
  is_archive: false,
  envs: [],
  env_from: [],
  node_selector: [],
  tolerations: [],
  service_ports: [],
  volumes: [],
  labels: [],
  secrets: [],
  image_pull_secrets: [],
  readiness_probe: emptyProbe,
  liveness_probe: emptyProbe,
  kept: { function: null, task: null },
  parent: null,
};

/** Where a run belongs: its project, and the context and namespace that it goes to. */
export type Place = { context: string | null; namespace: string; project: string };

/** What changes in a draft with another action: a service begins with a port to be filled in. */
export function withAction(draft: Draft, action: Draft["action"]): Partial<Draft> {
  const needsPort = action === "serve" && draft.service_ports.length === 0;
  return { action, ...(needsPort && { service_ports: [{ ...blankRows.service_ports, row: 0 }] }) };
}

/** What changes in a draft with another source of its code. */
export function withCodeFrom(draft: Draft, code_from: CodeFrom): Partial<Draft> {
  // The language of an empty form is a beginning for code that is typed, and nobody's word about code elsewhere.
  const isUnsaid = draft.code === "" && draft.handler === "";
  const lang = code_from === "text" ? emptyDraft.lang : "";
  return { code_from, ...(isUnsaid && (draft.lang === "" || draft.lang === emptyDraft.lang) && { lang }) };
}

/** Whether a draft says that there is code. */
export function hasCode({ code_from, code }: Pick<Draft, "code_from" | "code">): boolean {
  return code_from === "text" ? code !== "" : code_from !== "none";
}

/** The next number of a list of rows. */
export function nextRow(rows: readonly { row: number }[]): number {
  return 1 + Math.max(0, ...rows.map(({ row }) => row));
}

/** Rows in which something was typed, in order: their positions are those that the core's problems name. */
export function typedRows<Typed extends object>(rows: readonly Typed[], list: RowList): Typed[] {
  const blank = new Map<string, unknown>(Object.entries(blankRows[list]));
  const isSaid = ([field, value]: [string, unknown]) =>
    blank.has(field) && (typeof value === "string" ? value.trim() : value) !== blank.get(field);
  return rows.filter((row) => Object.entries(row).some(isSaid));
}

/** Names of the parts of a draft that say something. */
export function typedParts(draft: Draft): string[] {
  const empty = new Map<string, unknown>(Object.entries(emptyDraft));
  return Object.entries(draft).flatMap(([part, value]) =>
    JSON.stringify(value) === JSON.stringify(empty.get(part)) ? [] : [part],
  );
}

/** The draft that says what a form says: of a run that is to be changed and repeated, or of a saved function. */
export function toDraft(form: RunForm): Draft {
  const numbered = <Typed>(rows: readonly Typed[]) => rows.map((typed, row) => ({ ...typed, row }));
  return {
    ...like({ ...form, args: form.args.join("\n") }, emptyTexts),
    lang: hasCode(form) ? form.lang : emptyDraft.lang,
    action: form.action,
    code_from: form.code_from,
    is_archive: form.is_archive,
    envs: numbered(form.envs),
    env_from: numbered(form.env_from),
    node_selector: numbered(form.node_selector),
    tolerations: numbered(form.tolerations),
    service_ports: numbered(form.service_ports),
    volumes: numbered(form.volumes),
    labels: form.labels,
    secrets: form.secrets,
    image_pull_secrets: form.image_pull_secrets,
    readiness_probe: form.readiness_probe,
    liveness_probe: form.liveness_probe,
    kept: { function: form.kept_function, task: form.kept_task },
    parent: form.parent,
  };
}

export function toForm({ kept, ...draft }: Draft, id: string, place: Place): RunForm {
  const typed = <Typed extends { row: number }>(list: RowList, rows: readonly Typed[]) =>
    typedRows(rows, list).map(withoutNumber);
  const trimmed = <Typed extends { name: string }>(row: Typed) => ({ ...row, name: row.name.trim() });
  return {
    ...draft,
    id,
    project: place.project,
    name: draft.name.trim() === "" ? suggestedName(draft.image || draft.base_image) : draft.name,
    args: draft.args === "" ? [] : draft.args.replace(/\n$/, "").split("\n"),
    lang: hasCode(draft) ? draft.lang : "",
    handler: hasCode(draft) ? draft.handler : "",
    envs: typed("envs", draft.envs).map(trimmed),
    env_from: typed("env_from", draft.env_from),
    node_selector: typed("node_selector", draft.node_selector).map(trimmed),
    tolerations: typed("tolerations", draft.tolerations),
    service_ports: typed("service_ports", draft.service_ports),
    volumes: typed("volumes", draft.volumes),
    kept_function: kept.function,
    kept_task: kept.task,
    context: place.context ?? "",
    namespace: place.context === null ? "" : place.namespace,
  };
}

function withoutNumber<Typed extends { row: number }>(typed: Typed): Omit<Typed, "row"> {
  const { row, ...rest } = typed;
  void row;
  return rest;
}

/** The name that a run gets where none is typed: the image's own, without registry, tag and digest. */
export function suggestedName(image: string): string {
  const last = image.trim().split("@")[0]?.split("/").at(-1)?.split(":")[0] ?? "";
  return last.replace(/[^a-zA-Z0-9._+-]/g, "-");
}

/** Names whose values are not written down with the draft. */
const SECRET = /secret|token|passw|credential|api_?key|private/i;

/** A password in an address, which the rules refuse. */
const PASSWORD = /(:\/\/[^/:@\s]*):[^/@\s]*@/;

/** The draft as it is kept across restarts: values that look secret are left out. */
export function keepable(draft: Draft): Draft {
  return {
    ...draft,
    address: draft.address.replace(PASSWORD, "$1@"),
    envs: draft.envs.map((row) => (SECRET.test(row.name) ? { ...row, value: "" } : row)),
  };
}

/** Reads a kept draft; what is not one gives an empty form. */
export function parseDraft(stored: string | null): Draft {
  if (stored === null) return emptyDraft;
  try {
    const raw: unknown = JSON.parse(stored);
    return isObject(raw) ? restored(new Map<string, unknown>(Object.entries(raw))) : emptyDraft;
  } catch {
    return emptyDraft;
  }
}

/** Where code may come from, in the order in which people see them. */
export const codeSources = [
  "text",
  "local",
  "git",
  "http",
  "s3",
  "none",
  "kept",
] as const satisfies CodeFrom[];

/** What can be done with a function, in the order in which people see them. */
export const actions = ["job", "serve", "deploy", "build"] as const;

function restored(raw: Map<string, unknown>): Draft {
  const list = (name: string): unknown[] => {
    const value = raw.get(name);
    return Array.isArray(value) ? value : [];
  };
  const rows = <Typed extends object>(name: string, blank: Typed): Row<Typed>[] =>
    list(name).flatMap((row, index) => (isObject(row) ? [{ ...like(row, blank), row: index }] : []));
  const words = (name: string) => list(name).filter((word) => typeof word === "string");
  const kept = like(raw.get("kept"), { function: {}, task: {} });
  const parent = raw.get("parent");
  return {
    ...like(Object.fromEntries(raw), emptyTexts),
    action: actions.find((action) => action === raw.get("action")) ?? emptyDraft.action,
    code_from: codeSources.find((from) => from === raw.get("code_from")) ?? emptyDraft.code_from,
    is_archive: raw.get("is_archive") === true,
    envs: rows<EnvRow>("envs", blankRows.envs),
    env_from: rows<EnvFromRow>("env_from", blankRows.env_from),
    node_selector: rows<EnvRow>("node_selector", blankRows.node_selector),
    tolerations: rows<TolerationRow>("tolerations", blankRows.tolerations),
    service_ports: rows<PortRow>("service_ports", blankRows.service_ports),
    volumes: rows<VolumeRow>("volumes", blankRows.volumes),
    labels: words("labels"),
    secrets: words("secrets"),
    image_pull_secrets: words("image_pull_secrets"),
    readiness_probe: like(raw.get("readiness_probe"), emptyProbe),
    liveness_probe: like(raw.get("liveness_probe"), emptyProbe),
    kept: { function: orNull(kept.function), task: orNull(kept.task) },
    parent: typeof parent === "string" && parent !== "" ? parent : null,
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function orNull(kept: object): object | null {
  return Object.keys(kept).length === 0 ? null : kept;
}

/** Takes the fields of an example out of what was read; what is missing or of another type is the example's. */
function like<Example extends object>(read: unknown, example: Example): Example {
  const found = new Map<string, unknown>(isObject(read) ? Object.entries(read) : []);
  const fields = Object.entries(example).map(([name, value]: [string, unknown]) => {
    const other = found.get(name);
    return [name, typeof other === typeof value && other !== null ? other : value];
  });
  const taken: unknown = Object.fromEntries(fields);
  return isLike(taken, example) ? taken : example;
}

function isLike<Example extends object>(value: unknown, example: Example): value is Example {
  return isObject(value) && Object.keys(example).every((name) => name in value);
}
