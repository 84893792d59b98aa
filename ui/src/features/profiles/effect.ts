import type { SpecValue } from "@/ipc";

/** What becomes of one preset in a run: `own` is what wins over it, `null` where it is taken. */
export type Effect = { path: string; preset: unknown; own: unknown };

/** Compares what a profile presets with the values that a run would have. A value that the run lacks is no effect. */
export function profileEffect(presets: readonly SpecValue[], values: readonly SpecValue[]): Effect[] {
  const had = new Map(values.map((value) => [value.path, value.value]));
  return presets.flatMap(({ path, value }) => {
    if (!had.has(path)) return [];
    const other = had.get(path);
    return [{ path, preset: value, own: JSON.stringify(other) === JSON.stringify(value) ? null : other }];
  });
}
