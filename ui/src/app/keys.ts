/** The keys of the window, in one place: the handler and the list that `?` shows are both made from it. */

import type { ZoomDeed } from "./zoom";

export type Deed =
  { go: "/runs" | "/functions" | "/new" | "/settings" } | { do: "palette" | "keys" | "search" | ZoomDeed };

export type Key = {
  /** What is pressed, one after the other; `mod` is Ctrl, or Command on a Mac. */
  press: readonly [string] | readonly [string, string];
  says: string;
  deed: Deed;
};

export const keys: readonly Key[] = [
  { press: ["mod+k"], says: "Search everything", deed: { do: "palette" } },
  { press: ["n"], says: "New run", deed: { go: "/new" } },
  { press: ["g", "r"], says: "Go to the runs", deed: { go: "/runs" } },
  { press: ["g", "f"], says: "Go to the functions", deed: { go: "/functions" } },
  { press: ["g", "s"], says: "Go to the settings", deed: { go: "/settings" } },
  { press: ["/"], says: "Search in the list", deed: { do: "search" } },
  { press: ["mod++"], says: "Draw everything larger", deed: { do: "larger" } },
  { press: ["mod+-"], says: "Draw everything smaller", deed: { do: "smaller" } },
  { press: ["mod+0"], says: "Draw everything in its usual size", deed: { do: "plain" } },
  { press: ["?"], says: "Show the keys", deed: { do: "keys" } },
];

/** Keys that parts of the window have of their own: told, handled where they belong. */
export const ownKeys: readonly { press: string; says: string }[] = [
  { press: "Ctrl ⏎", says: "In the form of a new run: run it" },
  { press: "⏎ / Shift ⏎", says: "While finding in a log: next match, match before" },
  { press: "Shift click", says: "In a log: mark all lines up to this one; copying takes what is marked" },
  { press: "↓ ↑ / J K", says: "In the runs: next row, row before" },
  { press: "⏎", says: "In the runs: open the run" },
  { press: "Space", says: "In the runs: choose the row" },
  { press: "Shift ↓ ↑", says: "In the runs: choose the rows from here on" },
  { press: "Esc", says: "Close what is open; mark nothing" },
];

/** How long the second key of a pair may take, in milliseconds. */
export const PAIR = 1_000;

/** What a key event is called in `press`. */
export function pressed(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey">): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!event.ctrlKey && !event.metaKey) return key;
  // On most keyboards the plus lies above the equals sign, and Ctrl is held without Shift.
  return `mod+${key === "=" ? "+" : key}`;
}

/** Decides what a key means after the one before it; `pending` where it may begin a pair. */
export function meaning(before: string | null, now: string): { deed: Deed | null; pending: string | null } {
  const pair = keys.find((key) => key.press.length === 2 && key.press[0] === before && key.press[1] === now);
  if (pair) return { deed: pair.deed, pending: null };
  const single = keys.find((key) => key.press.length === 1 && key.press[0] === now);
  if (single) return { deed: single.deed, pending: null };
  const begins = keys.some((key) => key.press.length === 2 && key.press[0] === now);
  return { deed: null, pending: begins ? now : null };
}

/** Whether keys belong to what is being typed in. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}

/** How `press` reads. */
export function keyWords(press: Key["press"]): string {
  return press
    .map((key) => key.replace("mod+", "Ctrl ").replace(/[a-z]$/, (letter) => letter.toUpperCase()))
    .join(" then ");
}
