import { VisuallyHidden } from "@mantine/core";
import { useThrottledValue } from "@mantine/hooks";

/** How often a screen reader is told of something that keeps changing, at most; in milliseconds. */
const EVERY = 10_000;

/** Tells a screen reader what changed, now and then; nothing of it is seen. */
export function Announce({ text }: { text: string }) {
  const said = useThrottledValue(text, EVERY);
  return <VisuallyHidden role="status">{said}</VisuallyHidden>;
}
