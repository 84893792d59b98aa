import type { ContextReport } from "@/ipc";
import { sentence } from "@/shared/format";

type Check = { data: ContextReport | undefined; error: Error | null; isFetching: boolean };

/** What is offered as a namespace: those of the cluster, or those known here under a line that says why no others. */
export function namespaceChoices(check: Check, known: readonly string[]) {
  const listed = check.data?.namespaces ?? [];
  if (listed.length > 0) return listed;
  const items = [...new Set(known)];
  return [{ group: whyNotListed(check), items }];
}

function whyNotListed({ data, error, isFetching }: Check): string {
  const failure = data?.error?.message ?? error?.message;
  if (failure !== undefined) return `${sentence(failure)} Type the name of a namespace.`;
  if (data) return "The namespaces may not be listed. Type the name of one.";
  return isFetching ? "Asking the cluster…" : "Type the name of a namespace.";
}
