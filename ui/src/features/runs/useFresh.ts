import { useLayoutEffect, useRef, useState } from "react";

import type { RunView } from "@/ipc";

/**
 * Counts the runs that came in above while the list is scrolled, and keeps what is in view where it is. At the top they
 * simply appear. `scroller` is for the element that scrolls.
 */
export function useFresh(runs: readonly RunView[], height: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const [count, setCount] = useState(0);
  const top = useRef(runs[0]?.id);
  useLayoutEffect(() => {
    const element = scroller.current;
    const came = runs.findIndex((run) => run.id === top.current);
    top.current = runs[0]?.id;
    if (!element || came <= 0 || element.scrollTop < height) return;
    element.scrollTop += came * height;
    setCount((old) => old + came);
  }, [runs, height]);
  return {
    scroller,
    count,
    onScroll: () => {
      if (count > 0 && scroller.current && scroller.current.scrollTop < height) setCount(0);
    },
    show: () => {
      scroller.current?.scrollTo({ top: 0 });
      setCount(0);
    },
  };
}
