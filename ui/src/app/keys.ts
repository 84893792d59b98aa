/** The keys of the window, in one place: the handler and the list that `?` shows are both made from it. */

export type Deed =
  { go: "/runs" | "/functions" | "/new" | "/settings" } | { do: "palette" | "keys" | "search" };

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
  { press: ["?"], says: "Show the keys", deed: { do: "keys" } },
];

/** Keys that parts of the window have of their own: told, handled where they belong. */
export const ownKeys: readonly { press: string; says: string }[] = [
  { press: "Ctrl ⏎", says: "In the form: run" },
  { press: "⏎ / Shift ⏎", says: "While finding in a log: next line, line before" },
  { press: "Shift click", says: "In a log: choose lines from the last one chosen on; copy takes them" },
  { press: "Esc", says: "Close what is open, choose nothing" },
];

/** How long the second key of a pair may take, in milliseconds. */
export const PAIR = 1_000;

/** What a key event is called in `press`. */
export function pressed(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey">): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.ctrlKey || event.metaKey ? `mod+${key}` : key;
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
