/** What the keys do to the size in which everything is drawn. */
export type ZoomDeed = "larger" | "smaller" | "plain";

/** The sizes in percent. */
const sizes = [50, 67, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300] as const;

/** The size after a deed, in percent. Pure. */
export function zoomed(percent: number, deed: ZoomDeed): number {
  if (deed === "plain") return 100;
  if (deed === "larger") return sizes.find((size) => size > percent) ?? sizes[sizes.length - 1] ?? 100;
  return sizes.findLast((size) => size < percent) ?? sizes[0];
}
