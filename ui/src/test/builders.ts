import type {
  ConnectionNotice,
  ContextView,
  ForwardView,
  LogPage,
  LogView,
  RunDetails,
  RunList,
  RunView,
} from "@/ipc";

/** Values for tests; what a test does not say is unremarkable. */
export function runView(rest: Partial<RunView> = {}): RunView {
  const id = rest.id ?? "11111111-1111-4111-8111-111111111111";
  return {
    id,
    revision: 1,
    name: `train-${id.slice(0, 4)}`,
    project: "default",
    function: "train",
    version: 1,
    action: "job",
    context: "lab",
    namespace: "team",
    image: "python:3.11",
    word: "succeeded",
    state: "COMPLETED",
    phase: "finished",
    doing: "finished",
    reason: null,
    message: null,
    exit_code: null,
    created: "2026-03-10T12:00:00Z",
    started: "2026-03-10T12:00:01Z",
    finished: "2026-03-10T12:00:42Z",
    attempts: 1,
    copies: null,
    urls: [],
    installation: "99999999-0000-4000-8000-000000000000",
    wish: null,
    is_final: true,
    only_in_history: false,
    archived: false,
    ...rest,
  };
}

/** A context that can be used. */
export function contextView(rest: Partial<ContextView> = {}): ContextView {
  return {
    name: "lab",
    kubeconfig: "/home/ada/.kube/config",
    cluster: "lab",
    user: "ada",
    namespace: "team",
    server: "https://lab:6443",
    is_current: true,
    problem: null,
    ...rest,
  };
}

export function runningView(rest: Partial<RunView> = {}): RunView {
  return runView({
    word: "running",
    state: "RUNNING",
    phase: "running",
    doing: "running",
    finished: null,
    is_final: false,
    ...rest,
  });
}

export function runList(runs: RunView[], rest: Partial<RunList> = {}): RunList {
  const counts = new Map<RunView["state"], number>();
  for (const run of runs) counts.set(run.state, (counts.get(run.state) ?? 0) + 1);
  return { runs, next: null, counts: [...counts].map(([state, count]) => ({ state, count })), ...rest };
}

export function runDetails(run: RunView, rest: Partial<RunDetails> = {}): RunDetails {
  return {
    run,
    kubeconfig: "/home/ada/.kube/config",
    parent: null,
    image_digest: null,
    build: null,
    values: [],
    attempts: [],
    ports: [],
    objects: [],
    transitions: [],
    events: [],
    spans: [],
    yaml: "kind: Job\n",
    ...rest,
  };
}

/** Lines of 100 bytes each, so that line N begins at cursor 100 N. */
export function logPage(first: number, count: number, rest: Partial<LogPage> = {}): LogPage {
  const places = Array.from({ length: count }, (_, index) => index);
  return {
    first,
    at: first * 100,
    text: places.map((place) => `2026-03-10T12:00:00.000000000Z line ${first + place}\n`).join(""),
    sized: places.map((place) => [place, 100, 0]),
    next: (first + count) * 100,
    at_end: false,
    ...rest,
  };
}

export function storedLog(rest: Partial<LogView> = {}): LogView {
  return {
    log: { run: "11111111-1111-4111-8111-111111111111", pod_uid: "pod", container: "main", restart: 0 },
    pod: "train-x",
    attempt: 1,
    lines: 2,
    bytes: 200,
    gaps: [],
    is_complete: true,
    unhidden: null,
    ...rest,
  };
}

export function connection(rest: Partial<ConnectionNotice> = {}): ConnectionNotice {
  return {
    context: "lab",
    kubeconfig: "/home/ada/.kube/config",
    namespace: "team",
    state: "live",
    since: "2026-03-10T12:00:00Z",
    message: null,
    ...rest,
  };
}

export function forwardView(rest: Partial<ForwardView> = {}): ForwardView {
  return {
    run: "11111111-1111-4111-8111-111111111111",
    port: 80,
    target_port: 8080,
    local_port: 8080,
    url: "http://127.0.0.1:8080",
    state: "ready",
    message: null,
    pod: null,
    connections: 0,
    ...rest,
  };
}
