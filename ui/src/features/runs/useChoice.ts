import { useCallback, useState } from "react";

import type { RunView } from "@/ipc";

/** Which runs of a list are chosen; one that leaves the list is not chosen any more. */
export function useChoice(runs: readonly RunView[]) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback(
    (run: string) =>
      setChosen((old) => {
        const next = new Set(old);
        if (!next.delete(run)) next.add(run);
        return next;
      }),
    [],
  );
  return {
    runs: chosen.size === 0 ? [] : runs.filter((run) => chosen.has(run.id)),
    has: (run: string) => chosen.has(run),
    toggle,
    only: (chosenRuns: readonly RunView[]) => setChosen(new Set(chosenRuns.map((run) => run.id))),
    all: () => setChosen(new Set(runs.map((run) => run.id))),
    clear: () => setChosen(new Set()),
  };
}
