import { duration } from "@/shared/format";
import { useNow } from "@/shared/useNow";
import type { RunView } from "@/ipc";

import { elapsed } from "./states";

/** How long a run took; ticks while it runs. */
export function Elapsed({ run }: { run: RunView }) {
  const now = useNow();
  const length = elapsed(run, now);
  if (length === null) return <>–</>;
  // The cluster tells times to the second.
  return <>{run.is_final && length < 1000 ? "< 1 s" : duration(length)}</>;
}
