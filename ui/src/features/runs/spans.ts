import type { RunDetails, SpanView, Step } from "@/ipc";
import { bytes, duration } from "@/shared/format";

const labels: Record<Step, string> = {
  queued: "Queued",
  scheduling: "Waiting for a node",
  preparing: "Volumes and network",
  pulling: "Pulling image",
  fetching: "Fetching code",
  starting: "Starting",
  running: "Running",
};

/** A step as the bar draws it. */
type Segment = {
  step: Step;
  label: string;
  /** "8.3 s", "2:11". */
  length: string;
  milliseconds: number;
  isOpen: boolean;
};

/** The attempts that have steps, oldest first. */
export function attemptsOf({ spans }: Pick<RunDetails, "spans">): number[] {
  return [...new Set(spans.map((span) => span.attempt))];
}

/** The steps of one attempt, with what goes on counted until now. Pure. */
export function segments(spans: readonly SpanView[], attempt: number, now: number): Segment[] {
  return spans
    .filter((span) => span.attempt === attempt)
    .map((span) => {
      const milliseconds = Math.max(
        0,
        (span.to === null ? now : Date.parse(span.to)) - Date.parse(span.from),
      );
      const size = span.bytes === null ? "" : ` (${bytes(span.bytes)})`;
      return {
        step: span.step,
        // The cluster waits longer and longer before it makes the next pod.
        label: span.step === "queued" && attempt > 1 ? "Waiting to try again" : `${labels[span.step]}${size}`,
        length: stepLength(milliseconds),
        milliseconds,
        isOpen: span.to === null,
      };
    });
}

/** Short steps to a tenth of a second, long ones as a clock. */
export function stepLength(milliseconds: number): string {
  return milliseconds < 60_000 ? `${(milliseconds / 1000).toFixed(1)} s` : duration(milliseconds);
}
