import type { LogLine, LogPiece } from "./lines";
import { overwritten, plain } from "./sgr";

/**
 * The part of a log that the page holds: consecutive lines, with the cursor behind the last one. Pure; a log of any
 * length costs the page this much and no more.
 */
export type LogWindow = {
  lines: readonly LogLine[];
  /** Where reading on begins. */
  next: number;
  /** Whether the log is complete and the window reaches its end. */
  atEnd: boolean;
};

/** Lines held at most. */
const HELD = 2000;

export const emptyWindow: LogWindow = { lines: [], next: 0, atEnd: false };

/** Adds a piece that was read from `next`; drops the oldest lines above the bound. */
export function append(window: LogWindow, page: LogPiece, held = HELD): LogWindow {
  if (page.lines.length === 0) {
    if (page.next === window.next && page.at_end === window.atEnd) return window;
    return { ...window, next: page.next, atEnd: page.at_end };
  }
  const lines = [...window.lines, ...page.lines].slice(-held);
  return { lines, next: page.next, atEnd: page.at_end };
}

/** The window of a piece that was read from the end of a log; drops the oldest lines above the bound. */
export function endOf(page: LogPiece, held = HELD): LogWindow {
  return append({ ...emptyWindow, next: page.next }, page, held);
}

/** Puts a piece that ends where the window begins before it; drops the newest lines above the bound. */
export function prepend(window: LogWindow, page: LogPiece, held = HELD): LogWindow {
  if (page.lines.length === 0) return window;
  const lines = [...page.lines, ...window.lines];
  const cut = lines[held];
  if (!cut) return { ...window, lines };
  return { lines: lines.slice(0, held), next: cut.at, atEnd: false };
}

/** Where the window begins; 0 is the beginning of the log. */
export function beginning(window: LogWindow): number {
  return window.lines[0]?.at ?? window.next;
}

/** Characters that a tab may take. */
const TAB = 8;

/** How many characters the longest line of a window has, about: what is not one column wide is told as if it were. */
export function longest(window: LogWindow): number {
  return window.lines.reduce((most, { text }) => Math.max(most, columns(text)), 0);
}

function columns(text: string): number {
  if (text.includes("\u001b") || text.includes("\r")) return columns(plain(overwritten(text)));
  return text.includes("\t") ? text.length + (text.split("\t").length - 1) * (TAB - 1) : text.length;
}
