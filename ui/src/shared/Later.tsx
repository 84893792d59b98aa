import { useIsFetching } from "@tanstack/react-query";
import { startTransition, Suspense, useEffect, useState, type ReactNode } from "react";

/** How long something that is still being read is waited for, in milliseconds. */
const LONGEST = 300;

/** Whether the page was drawn once: from then on nothing waits. */
let isDrawn = false;

/**
 * What can come after what a start shows first: drawn once that was read and painted, since controls that nobody uses in
 * the first moment take as long to make as all the rest. `instead` keeps its place.
 */
export function Later({ instead, children }: { instead?: ReactNode; children: ReactNode }) {
  return useIsLater() ? <Suspense fallback={instead}>{children}</Suspense> : instead;
}

/** Whether what a start shows first was read and painted. */
export function useIsLater(): boolean {
  const isReading = useIsFetching() > 0;
  const [isTime, setTime] = useState(isDrawn);
  useEffect(() => {
    if (isTime) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const frame = requestAnimationFrame(() => {
      const show = () => {
        isDrawn = true;
        startTransition(() => setTime(true));
      };
      timer = setTimeout(show, isReading ? LONGEST : 0);
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [isReading, isTime]);
  return isTime;
}
