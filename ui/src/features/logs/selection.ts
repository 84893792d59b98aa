import { useState, type ClipboardEvent, type MouseEvent } from "react";

import type { LogLine } from "@/ipc";

type Range = { anchor: number; end: number };

/**
 * Lines chosen by number: a click on a line's time chooses it, with Shift all from the last one on. Text selected by the
 * browser cannot reach lines that are not drawn; these can.
 */
export function useLineSelection(lines: readonly LogLine[]) {
  const [range, setRange] = useState<Range | null>(null);
  const has = (number: number) =>
    range !== null &&
    number >= Math.min(range.anchor, range.end) &&
    number <= Math.max(range.anchor, range.end);
  return {
    has,
    select: (number: number) => setRange({ anchor: number, end: number }),
    clear: () => setRange(null),
    onClick: (event: MouseEvent, number: number) => {
      if (event.shiftKey && range) {
        event.preventDefault();
        getSelection()?.removeAllRanges();
        setRange({ anchor: range.anchor, end: number });
      } else if (isTime(event)) {
        setRange({ anchor: number, end: number });
      } else if (range && getSelection()?.isCollapsed !== false) {
        setRange(null);
      }
    },
    onCopy: (event: ClipboardEvent) => {
      if (range === null || getSelection()?.isCollapsed === false) return;
      const text = lines.filter((line) => has(line.number)).map((line) => `${line.text}\n`);
      event.clipboardData.setData("text/plain", text.join(""));
      event.preventDefault();
    },
  };
}

function isTime(event: MouseEvent): boolean {
  return event.target instanceof HTMLElement && event.target.title !== "" && event.target.tagName === "SPAN";
}
