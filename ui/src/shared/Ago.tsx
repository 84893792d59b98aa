import { absoluteTime, relativeTime } from "./format";
import { useNow } from "./useNow";

/** A moment relative to now; in full when pointed at. */
export function Ago({ time }: { time: string }) {
  const now = useNow();
  return (
    <time dateTime={time} title={absoluteTime(time)}>
      {relativeTime(time, now)}
    </time>
  );
}
