import type { ContextColour, ContextLook } from "@/ipc";

/** The colours in the order in which they are offered. */
export const contextColours: readonly ContextColour[] = [
  "blue",
  "teal",
  "green",
  "orange",
  "red",
  "pink",
  "violet",
  "grey",
];

/** The CSS colour of a context; `undefined` where none was chosen. */
export function lookColour({ colour }: ContextLook): string | undefined {
  return colour ? `var(--context-${colour})` : undefined;
}
