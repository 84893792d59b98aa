import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { applyChanges } from "@/features/runs";
import { functionKeys, PROJECT } from "@/features/functions";
import { call, commands, type RunForm } from "@/ipc";

import type { Origin } from "./origin";

/** What the form would launch, or what is wrong with it: the rules are the core's. */
export function previewOptions(form: RunForm) {
  return queryOptions({
    queryKey: ["launch", "preview", form],
    queryFn: () => call(commands.previewRun(form)),
    placeholderData: keepPreviousData,
    gcTime: 10_000,
  });
}

export function useLaunch() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (form: RunForm) => call(commands.launchRun(form)),
    onSuccess: (run) => applyChanges(client, [run]),
  });
}

/** What a form is filled from. */
export function originOptions({ from, function: name, version }: Origin) {
  return queryOptions({
    queryKey: ["launch", "origin", from, name, version],
    queryFn: () =>
      from !== undefined
        ? call(commands.runForm(from))
        : call(commands.functionForm(PROJECT, name ?? "", version ?? null)),
    staleTime: Infinity,
  });
}

/** Asks the cluster whether it would take the launch, without doing it. */
export function useCheck() {
  return useMutation({ mutationFn: (form: RunForm) => call(commands.checkRun(form)) });
}

/** Saves the form as a function; resolves to its version. */
export function useSaveFunction() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (form: RunForm) => call(commands.saveFunction(form)),
    onSuccess: () => client.invalidateQueries({ queryKey: functionKeys.all }),
  });
}
