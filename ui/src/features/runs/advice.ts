import type { RunView, SpecValue } from "@/ipc";

/** The limit of memory to try next after a run that used more than it had; `null` where there is nothing to suggest. */
export function memoryToTry(run: RunView, values: readonly SpecValue[] | undefined): string | null {
  if (run.reason !== "OutOfMemory") return null;
  const limit = values?.find((value) => value.path === "resources.mem.limits")?.value;
  return typeof limit === "string" ? doubled(limit) : null;
}

/** Twice an amount of memory, in the largest unit that keeps it whole: "512Mi" gives "1Gi". */
export function doubled(amount: string): string | null {
  const match = /^(\d+)(Ki|Mi|Gi|Ti|k|M|G|T)?$/.exec(amount);
  if (!match) return null;
  let number = Number(match[1]) * 2;
  let unit = match[2] ?? "";
  const binary = ["Ki", "Mi", "Gi", "Ti"];
  for (let at = binary.indexOf(unit); at >= 0 && at < 3 && number % 1024 === 0; at += 1) {
    number /= 1024;
    unit = binary[at + 1] ?? unit;
  }
  return `${number}${unit}`;
}
