import { useEffect, useRef, useState, type RefObject } from "react";

import type { RunView } from "@/ipc";

import { rowDeed } from "./rowKeys";
import type { useChoice } from "./useChoice";

type Props = {
  runs: readonly RunView[];
  scroller: RefObject<HTMLElement | null>;
  choice: ReturnType<typeof useChoice>;
  onOpen: (run: RunView) => void;
  /** Brings a row into view, so that it is drawn. */
  reveal: (index: number) => void;
};

/**
 * Moves the focus over the rows of a list of which only those in view are drawn. One row can be reached by Tab: the
 * one that had the focus last. Keys count on rows, and where nothing else has the focus.
 */
export function useRowKeys({ runs, scroller, choice, onOpen, reveal }: Props) {
  const [current, setCurrent] = useState<string | null>(null);
  // Where a choice by Shift began.
  const anchor = useRef<number | null>(null);
  const mustFocus = useRef(false);

  useEffect(() => {
    if (!mustFocus.current || current === null) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-run="${current}"]`);
    // A row that is not drawn yet is found by the drawing after the scrolling.
    if (!row) return;
    mustFocus.current = false;
    row.focus({ preventScroll: true });
  });

  const goTo = (index: number) => {
    const run = runs[Math.min(Math.max(index, 0), runs.length - 1)];
    if (!run) return;
    mustFocus.current = true;
    setCurrent(run.id);
    reveal(runs.indexOf(run));
  };

  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    const isRow = target?.dataset.run !== undefined;
    if (!isRow && target !== document.body && target?.tagName !== "MAIN") return;
    const deed = rowDeed(event);
    if (!deed) return;
    const at = runs.findIndex((run) => run.id === current);
    if ("to" in deed) {
      anchor.current = null;
      goTo(deed.to === "first" ? 0 : runs.length - 1);
    } else if ("move" in deed) {
      // Without a row that has the focus the first step only gives it to one.
      const next =
        isRow && at >= 0 ? Math.min(Math.max(at + deed.move, 0), runs.length - 1) : Math.max(at, 0);
      if (deed.extends && isRow) {
        anchor.current ??= at;
        const [from, to] = [Math.min(anchor.current, next), Math.max(anchor.current, next)];
        choice.only(runs.slice(from, to + 1));
      } else {
        anchor.current = null;
      }
      goTo(next);
    } else if (deed.do === "none") {
      if (choice.runs.length === 0) return;
      choice.clear();
    } else {
      const run = runs[at];
      if (!isRow || !run) return;
      if (deed.do === "open") onOpen(run);
      else choice.toggle(run.id);
      anchor.current = null;
    }
    event.preventDefault();
  };

  const latest = useRef(onKey);
  useEffect(() => {
    latest.current = onKey;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => latest.current(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);

  const isListed = current !== null && runs.some((run) => run.id === current);
  return {
    /** The row that Tab reaches. */
    current: isListed ? current : (runs[0]?.id ?? null),
    onFocus: setCurrent,
  };
}
