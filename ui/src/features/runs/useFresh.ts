import { useLayoutEffect, useRef, useState } from "react";

import type { RunView } from "@/ipc";

/**
 * Keeps what is in view where it is while runs come in above it, and counts those at the top; at the top they simply
 * appear. Only where the newest come first (`counts`): under another order a run above is not a new one. `scroller` is
 * for the element that scrolls.
 */
export function useFresh(runs: readonly RunView[], height: number, counts: boolean) {
  const scroller = useRef<HTMLDivElement>(null);
  const [count, setCount] = useState(0);
  const top = useRef(runs[0]?.id);
  // The first row in view, and where it was.
  const held = useRef({ index: 0, id: runs[0]?.id });
  const hold = () => {
    const index = Math.floor((scroller.current?.scrollTop ?? 0) / height);
    held.current = { index, id: runs[index]?.id };
  };
  useLayoutEffect(() => {
    const element = scroller.current;
    const place = (id: string | undefined) => runs.findIndex((run) => run.id === id);
    if (element && counts && element.scrollTop >= height && runs.length > 0) {
      const { index, id } = held.current;
      const now = runs[index]?.id === id ? index : place(id);
      if (now >= 0 && now !== index) element.scrollTop += (now - index) * height;
      const came = runs[0]?.id === top.current ? 0 : place(top.current);
      if (came > 0) setCount((old) => old + came);
    }
    top.current = runs[0]?.id;
    const index = Math.floor((element?.scrollTop ?? 0) / height);
    held.current = { index, id: runs[index]?.id };
  }, [runs, height, counts]);
  return {
    scroller,
    count,
    onScroll: () => {
      hold();
      if (count > 0 && scroller.current && scroller.current.scrollTop < height) setCount(0);
    },
    show: () => {
      scroller.current?.scrollTo({ top: 0 });
      setCount(0);
    },
  };
}
