import { useCallback, useEffect, useRef } from "react";

/** A function that never changes and does what the one of the last rendering does: for events, never while rendering. */
export function useLatest<A extends unknown[], R>(act: (...args: A) => R): (...args: A) => R {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  return useCallback((...args: A) => latest.current(...args), []);
}
