/** What the parameters of a function and its actions are called, by their paths in a specification. */
const names: Readonly<Record<string, string>> = {
  image: "Image",
  base_image: "Base image",
  command: "Command",
  args: "Arguments",
  image_pull_policy: "Image pull",
  source: "Code",
  "source.code": "Code",
  "source.base64": "Code",
  "source.lang": "Language",
  "source.handler": "Handler",
  "source.uri": "Place of the code",
  "source.source": "Place of the code",
  envs: "Environment",
  secrets: "Secrets",
  volumes: "Volumes",
  "resources.cpu": "CPU at most",
  "resources.cpu.requests": "CPU set aside",
  "resources.cpu.limits": "CPU at most",
  "resources.mem": "Memory at most",
  "resources.mem.requests": "Memory set aside",
  "resources.mem.limits": "Memory at most",
  "resources.gpu.requests": "GPUs set aside",
  "resources.gpu.limits": "GPUs",
  "resources.gpu_key": "GPU resource",
  "resources.disk": "Scratch space",
  node_selector: "Node labels",
  affinity: "Affinity",
  tolerations: "Tolerations",
  backoff_limit: "Retries",
  deadline: "Time limit (s)",
  ttl: "Kept in the cluster (s)",
  security: "Security level",
  profile: "Profile",
  schedule: "Schedule",
  time_zone: "Time zone",
  concurrency_policy: "While the one before still runs",
  replicas: "Copies",
  service_ports: "Ports",
  service_type: "Reached",
  service_name: "Service name",
  instructions: "Build instructions",
  run_as_user: "User",
  run_as_group: "Group",
  fs_group: "Group of volumes",
  runtime_class: "Runtime class",
  priority_class: "Priority class",
  env_from: "Environment from",
  image_pull_secrets: "Pulled with",
  service_account: "Service account",
  readiness_probe: "Ready when",
  liveness_probe: "Started anew unless",
  pod_patch: "Patch of the pod",
};

/** The name of the parameter at a path: what lies within one is told by the rest of its path. */
export function parameterName(path: string): string {
  for (let known = path; known !== ""; known = known.slice(0, Math.max(0, known.search(/[.[][^.[]*$/)))) {
    const name = names[known];
    if (name !== undefined)
      return [name, path.slice(known.length).replace(/^\./, "")].filter(Boolean).join(" ");
  }
  return path;
}

/** A value as people write it. */
export function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
