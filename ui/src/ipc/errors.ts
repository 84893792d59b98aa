import type { ErrorCode } from "./bindings";

/** What each kind of failure is called, and whether asking again can help. */
type Words = { title: string; canRetry: boolean };

const words: Record<ErrorCode, Words> = {
  invalid_input: { title: "That does not work as written", canRetry: false },
  not_found: { title: "Not found", canRetry: false },
  unreachable: { title: "The cluster does not answer", canRetry: true },
  unauthenticated: { title: "The cluster does not accept the sign-in", canRetry: true },
  forbidden: { title: "A right is missing", canRetry: true },
  refused: { title: "The cluster refused it", canRetry: false },
  kubeconfig: { title: "The kubeconfig cannot be used", canRetry: true },
  conflict: { title: "The name is taken in the cluster", canRetry: false },
  outcome_unknown: { title: "The reply was lost", canRetry: false },
  storage: { title: "The history cannot be used", canRetry: true },
  keyring: { title: "The keyring cannot be used", canRetry: true },
  not_ours: { title: "This run belongs to another installation", canRetry: false },
  timed_out: { title: "Waited long enough", canRetry: true },
  internal: { title: "A fault of Berth", canRetry: true },
};

export function errorWords(code: ErrorCode): Words {
  return words[code];
}
