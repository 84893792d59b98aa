import type { EnvFromRow, PortRow, ProbeForm, TolerationRow, VolumeRow } from "@/ipc";

/** What rows of the form say, in words for a line of text. Pure; only what counts for what is chosen is said. */

/** A volume, without its place: "claim team-data, read only". */
export function volumeWords(row: VolumeRow): string {
  const { object, size } = row;
  const claim = [size, row.storage_class && `class ${row.storage_class}`];
  const kinds: Record<string, string[]> = {
    claim: [named("claim", object)],
    new_claim: [
      named("new claim", row.name),
      ...claim,
      accessWords[row.access_mode] ?? row.access_mode,
      row.goes_with_run ? "deleted with the run" : "",
    ],
    empty_dir: [
      `scratch space ${row.medium === "Memory" ? "in memory" : "on the node"}`,
      size && `at most ${size}`,
    ],
    ephemeral: ["claim of each attempt", ...claim],
    config_map: [named("files of config map", object)],
    secret: [named("files of secret", object)],
    image: [named("files of image", object)],
  };
  return joined([
    ...(kinds[row.kind] ?? [row.kind]),
    row.sub_path && `only ${row.sub_path}`,
    row.read_only ? "read only" : "",
  ]);
}

const accessWords: Record<string, string> = {
  "": "",
  ReadWriteOnce: "",
  ReadWriteMany: "all nodes read and write",
  ReadOnlyMany: "all nodes read",
  ReadWriteOncePod: "one pod",
};

/** Where a variable's value lies: "key password of secret hub". */
export function envFromWords(row: EnvFromRow): string {
  const kind = row.kind === "config_map" ? "config map" : row.kind;
  return `key ${row.key.trim() || row.name.trim()} of ${named(kind, row.object)}`;
}

/** A taint that is put up with, as Kubernetes writes taints: "gpu=yes:NoExecute for 30 s". */
export function tolerationWords(row: TolerationRow): string {
  const taint = row.key === "" ? "every taint" : row.value === "" ? row.key : `${row.key}=${row.value}`;
  return `${taint}${row.effect && `:${row.effect}`}${row.seconds && ` for ${row.seconds} s`}`;
}

/** A port of a service: "80 to 8080, web, UDP". */
export function portWords(row: PortRow): string {
  const isSame = row.target_port === "" || row.target_port === row.port;
  return joined([
    isSame ? row.port : `${row.port} to ${row.target_port}`,
    row.name,
    row.protocol === "TCP" ? "" : row.protocol,
    row.node_port && `node port ${row.node_port}`,
  ]);
}

/** What is asked of a service's copies: "HTTP answers at /up, port 80, every 5 s"; nothing where nothing is. */
export function probeWords(probe: ProbeForm): string {
  const port = probe.port && `port ${probe.port}`;
  const kinds: Record<string, string[]> = {
    "": [],
    http: [`HTTP answers at ${probe.path || "/"}`, port],
    tcp: [probe.port === "" ? "a port accepts" : `port ${probe.port} accepts`],
    exec: [`a command succeeds: ${probe.command}`],
  };
  const asked = kinds[probe.kind] ?? [probe.kind];
  if (asked.length === 0) return "";
  return joined([
    ...asked,
    probe.initial_delay_seconds && `first after ${probe.initial_delay_seconds} s`,
    probe.period_seconds && `every ${probe.period_seconds} s`,
    probe.timeout_seconds && `answer in ${probe.timeout_seconds} s`,
    probe.failure_threshold && `tries ${probe.failure_threshold}`,
  ]);
}

function named(kind: string, object: string): string {
  return object.trim() === "" ? kind : `${kind} ${object.trim()}`;
}

function joined(parts: string[]): string {
  return parts.filter((part) => part !== "").join(", ");
}
