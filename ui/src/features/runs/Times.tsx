import { absoluteTime, duration, relativeTime } from "@/shared/format";
import { useNow } from "@/shared/useNow";
import type { RunView } from "@/ipc";

import { elapsed } from "./states";

/** A moment relative to now; in full when pointed at. */
export function Ago({ time }: { time: string }) {
  const now = useNow();
  return (
    <time dateTime={time} title={absoluteTime(time)}>
      {relativeTime(time, now)}
    </time>
  );
}

/** How long a run took; ticks while it runs. */
export function Elapsed({ run }: { run: RunView }) {
  const now = useNow();
  const length = elapsed(run, now);
  return <>{length === null ? "–" : duration(length)}</>;
}
