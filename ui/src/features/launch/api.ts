import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { applyChanges } from "@/features/runs";
import { call, commands, type RunForm } from "@/ipc";

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
