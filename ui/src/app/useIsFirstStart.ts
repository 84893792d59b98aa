import { useQuery } from "@tanstack/react-query";

import { contextListOptions } from "@/features/clusters";
import { runTotalsOptions } from "@/features/runs";

/** Tells whether there is nothing yet: no context to run in, and no run to look at. */
export function useIsFirstStart(): boolean {
  const contexts = useQuery(contextListOptions());
  const totals = useQuery(runTotalsOptions());
  return contexts.data?.contexts.length === 0 && totals.data?.length === 0;
}
