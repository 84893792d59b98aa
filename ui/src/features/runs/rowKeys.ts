/** What a key means on a row of the list. */
type RowDeed =
  { move: number; extends: boolean } | { to: "first" | "last" } | { do: "open" | "choose" | "none" };

/** How many rows a page is. */
const PAGE = 12;

/** Decides what a key does; `null` for keys that mean nothing here. */
export function rowDeed(event: Pick<KeyboardEvent, "key" | "shiftKey">): RowDeed | null {
  const move = (by: number): RowDeed => ({ move: by, extends: event.shiftKey });
  switch (event.key) {
    case "ArrowDown":
      return move(1);
    case "ArrowUp":
      return move(-1);
    case "j":
      return { move: 1, extends: false };
    case "k":
      return { move: -1, extends: false };
    case "PageDown":
      return move(PAGE);
    case "PageUp":
      return move(-PAGE);
    case "Home":
      return { to: "first" };
    case "End":
      return { to: "last" };
    case "Enter":
      return { do: "open" };
    case " ":
      return { do: "choose" };
    case "Escape":
      return { do: "none" };
    default:
      return null;
  }
}
