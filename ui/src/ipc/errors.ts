import type { ErrorCode } from "./bindings";

const titles: Record<ErrorCode, string> = {
  invalid_input: "Something that was given cannot be used",
  not_found: "Not found",
  unreachable: "The cluster does not answer",
  unauthenticated: "The cluster does not accept the sign-in",
  forbidden: "A permission is missing",
  refused: "The cluster refused it",
  kubeconfig: "The kubeconfig cannot be used",
  conflict: "The name is taken in the cluster",
  outcome_unknown: "The cluster's reply was lost",
  storage: "The history cannot be used",
  keyring: "The keyring cannot be used",
  not_ours: "This run belongs to another installation",
  timed_out: "It took too long",
  internal: "A fault in Berth",
};

/** What a kind of failure is called. */
export function errorWords(code: ErrorCode): string {
  return titles[code];
}
