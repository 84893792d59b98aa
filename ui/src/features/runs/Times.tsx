import { duration, length } from "@/shared/format";
import { useAsOfNow } from "@/shared/useNow";
import type { RunView } from "@/ipc";

import { elapsed } from "./states";

/** How long a run took; ticks while it runs. */
export function Elapsed({ run }: { run: RunView }) {
  return useAsOfNow((now) => {
    const took = elapsed(run, now);
    if (took === null) return "–";
    return run.is_final ? length(took) : duration(took);
  });
}
