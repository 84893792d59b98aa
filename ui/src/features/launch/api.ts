import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { applyChanges } from "@/features/runs";
import { functionKeys } from "@/features/functions";
import { call, commands, type RunForm, type SuggestionKind } from "@/ipc";

import { keepable, parseDraft, type Draft, type Place } from "./draft";
import type { Origin } from "./origin";

/** What the form would launch, or what is wrong with it: the rules are the core's. */
export function previewOptions(form: RunForm) {
  return queryOptions({
    queryKey: ["launch", "preview", form],
    queryFn: () => call(commands.previewRun(form)),
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
export function originOptions({ from, function: name, version, action }: Origin, project: string) {
  return queryOptions({
    queryKey: ["launch", "origin", project, from, name, version, action],
    queryFn: () =>
      from !== undefined
        ? call(commands.runForm(from))
        : call(commands.functionForm(project, name ?? "", version ?? null, action ?? null)),
    // It stays as it is while the form is open, and is read anew with the next one: a build gives a function its image.
    staleTime: Infinity,
    gcTime: 0,
  });
}

/** What was typed into a form before, by the form's name; kept by `writeDraft`, read once. */
export function draftOptions(key: string) {
  return queryOptions({
    queryKey: ["launch", "draft", key],
    queryFn: async (): Promise<Draft | null> => {
      const stored = await call(commands.readDraft(key));
      return stored === null ? null : parseDraft(stored);
    },
    staleTime: Infinity,
    gcTime: Infinity,
  });
}

/** Keeps what is typed into a form, without what looks secret; `null` removes it. */
export async function writeDraft(key: string, draft: Draft | null): Promise<void> {
  await call(commands.saveDraft(key, draft === null ? null : JSON.stringify(keepable(draft))));
}

/** What a control may hold, at a place; a sentence where the cluster does not tell. */
export function suggestionOptions(kind: SuggestionKind, { project, context, namespace }: Place) {
  const place = context === null ? null : { context, namespace };
  return queryOptions({
    queryKey: ["launch", "suggestions", project, kind, place],
    queryFn: () => call(commands.suggestions(project, place, kind)),
    staleTime: 30_000,
    refetchOnWindowFocus: false,
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

/** The next five times of a schedule, RFC 3339. */
export function nextStartsOptions(schedule: string, zone: string) {
  return queryOptions({
    queryKey: ["launch", "starts", schedule, zone],
    queryFn: () => call(commands.nextStarts(schedule, zone === "" ? null : zone)),
    enabled: schedule !== "",
    retry: false,
    gcTime: 10_000,
  });
}
