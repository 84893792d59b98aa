import {
  useRef,
  useState,
  type ClipboardEvent,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
} from "react";

import type { LogPlace } from "./api";
import type { LogLine } from "./lines";
import { overwritten, plain } from "./sgr";

type Range = { anchor: LogPlace; end: LogPlace };

type Props = {
  lines: readonly LogLine[];
  /** Reads the lines from one to another, both included: those of a choice may not be held any more. */
  read: (from: LogPlace, to: LogPlace) => Promise<readonly LogLine[]>;
  /** Lines are being chosen with the pointer: they must hold still. */
  onDrag: () => void;
};

/**
 * Lines chosen by number: a click on a line's time chooses it, with Shift all from the last one on, and so does dragging
 * from one line to another. Text selected by the browser cannot reach lines that are not drawn; these can.
 */
export function useLineSelection({ lines, read, onDrag }: Props) {
  const [range, setRange] = useState<Range | null>(null);
  const [isDragged, setDragged] = useState(false);
  const [copied, setCopied] = useState<number | "failed" | null>(null);
  // Where the pointer went down and where it is, while it is down.
  const pressed = useRef<{ from: LogPlace; x: number; y: number } | null>(null);
  const first = range && (range.anchor.number <= range.end.number ? range.anchor : range.end);
  const last = range && (range.anchor.number <= range.end.number ? range.end : range.anchor);

  const choose = (next: Range | null, dragged = false) => {
    setRange(next);
    setDragged(dragged);
    setCopied(null);
  };
  const lineAt = (element: Element | null): LogLine | undefined => {
    const index = element?.closest<HTMLElement>("[data-index]")?.dataset.index;
    return index === undefined ? undefined : lines[Number(index)];
  };
  const drag = (element: Element | null) => {
    const from = pressed.current?.from;
    const end = lineAt(element);
    if (!from || !end) return;
    if (end.number !== from.number) {
      onDrag();
      choose({ anchor: from, end }, true);
    }
    // Back on the line where it began: the browser's own choice of a part of it.
    else if (isDragged) choose(null);
  };
  const isTextChosen = () => !isDragged && getSelection()?.isCollapsed === false;

  const copy = async () => {
    if (!first || !last) return;
    const chosen = (all: readonly LogLine[]) =>
      all.filter((line) => line.number >= first.number && line.number <= last.number);
    const text = (all: readonly LogLine[]) =>
      all.map((line) => `${plain(overwritten(line.text))}\n`).join("");
    const isHeld = [first, last].every((place) => lines.some((line) => line.number === place.number));
    if (isHeld) {
      await navigator.clipboard.writeText(text(chosen(lines)));
      setCopied(chosen(lines).length);
      return;
    }
    // The engine lets a page copy only while it handles what the person did, so it is given what is still to be read.
    const all = read(first, last).then(chosen);
    const item = new ClipboardItem({ "text/plain": all.then((some) => new Blob([text(some)])) });
    await navigator.clipboard.write([item]);
    setCopied((await all).length);
  };
  const startCopy = () => void copy().catch(() => setCopied("failed"));

  return {
    has: (number: number) =>
      first !== null && last !== null && number >= first.number && number <= last.number,
    isDragged,
    /** How many lines are chosen. */
    count: first && last ? last.number - first.number + 1 : 0,
    /** How many lines were copied. */
    copied,
    copy: startCopy,
    select: (line: LogPlace) => choose({ anchor: line, end: line }),
    clear: () => choose(null),
    onClick: (event: MouseEvent, line: LogPlace) => {
      if (event.shiftKey && range) {
        event.preventDefault();
        getSelection()?.removeAllRanges();
        choose({ anchor: range.anchor, end: line });
      } else if (isTime(event)) {
        choose({ anchor: line, end: line });
      } else if (range && !isTextChosen()) {
        choose(null);
      }
    },
    onPointerDown: (event: PointerEvent) => {
      const from = event.target instanceof Element ? lineAt(event.target) : undefined;
      const isPlain = event.button === 0 && !event.shiftKey;
      pressed.current = from && isPlain ? { from, x: event.clientX, y: event.clientY } : null;
      // It may be let go of anywhere.
      const letGo = () => (pressed.current = null);
      for (const end of ["pointerup", "pointercancel"]) addEventListener(end, letGo, { once: true });
    },
    onPointerMove: (event: PointerEvent) => {
      if (!pressed.current) return;
      if ((event.buttons & 1) === 0) {
        pressed.current = null;
        return;
      }
      pressed.current = { ...pressed.current, x: event.clientX, y: event.clientY };
      drag(event.target instanceof Element ? event.target : null);
    },
    /** While a pointer is held at an edge the list moves under it. */
    onScroll: () => {
      if (pressed.current) drag(document.elementFromPoint(pressed.current.x, pressed.current.y));
    },
    onCopy: (event: ClipboardEvent) => {
      if (!range || isTextChosen()) return;
      event.preventDefault();
      startCopy();
    },
    /** Without any text selected a browser may not say that something is to be copied. */
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === "Escape") choose(null);
      if (event.key.toLowerCase() !== "c" || !(event.ctrlKey || event.metaKey) || !range || isTextChosen())
        return;
      event.preventDefault();
      startCopy();
    },
  };
}

function isTime(event: MouseEvent): boolean {
  return event.target instanceof HTMLElement && event.target.title !== "" && event.target.tagName === "SPAN";
}
