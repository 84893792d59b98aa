import { queryOptions, useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { call, commands, type ForwardView, type RunId } from "@/ipc";

import { applyForwards } from "./forwards";

/** The ports of this machine that lead to services. */
export function forwardsOptions() {
  return queryOptions({ queryKey: ["services", "forwards"], queryFn: () => call(commands.listForwards()) });
}

/** Puts changed forwards into what is shown. */
export function noteForwards(client: QueryClient, changed: readonly ForwardView[]): void {
  client.setQueryData(forwardsOptions().queryKey, (known) => applyForwards(known ?? [], changed));
}

export function useOpenForward(run: RunId) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (port: number | null) => call(commands.openForward(run, port, null)),
    onSuccess: (forward) => noteForwards(client, [forward]),
  });
}

export function useCloseForward() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (forward: ForwardView) => call(commands.closeForward(forward.run, forward.port)),
    onSuccess: (_, forward) => noteForwards(client, [{ ...forward, state: "closed" }]),
  });
}

// What becomes of these wishes the core tells by itself, like every other change of a run.

export function useScale(run: RunId) {
  return useMutation({ mutationFn: (copies: number) => call(commands.scaleService(run, copies)) });
}

export function useResume(run: RunId) {
  return useMutation({ mutationFn: () => call(commands.resumeService(run)) });
}

export function useRestart(run: RunId) {
  return useMutation({ mutationFn: () => call(commands.restartService(run)) });
}
