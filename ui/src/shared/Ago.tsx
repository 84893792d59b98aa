import { absoluteTime, relativeTime } from "./format";
import { useAsOfNow } from "./useNow";

/** A moment relative to now; in full when pointed at. */
export function Ago({ time }: { time: string }) {
  const words = useAsOfNow((now) => relativeTime(time, now));
  return (
    <time dateTime={time} title={absoluteTime(time)}>
      {words}
    </time>
  );
}
