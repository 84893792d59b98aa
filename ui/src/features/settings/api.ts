import { queryOptions, useMutation, useMutationState, useQuery, useQueryClient } from "@tanstack/react-query";

import { call, commands, type HelperImage, type Preferences } from "@/ipc";

export function preferencesOptions() {
  return queryOptions({
    queryKey: ["settings", "preferences"],
    queryFn: () => call(commands.preferences()),
    staleTime: Infinity,
  });
}

/** How the start went: where the data lies, what was noticed. */
export function startupOptions() {
  return queryOptions({
    queryKey: ["settings", "startup"],
    queryFn: () => call(commands.startup()),
    staleTime: Infinity,
  });
}

/** Tells whether another installation launched a run: then it is looked at, not touched. */
export function useIsForeign(run: { installation: string }): boolean {
  const startup = useQuery(startupOptions());
  const own = startup.data?.installation ?? null;
  return own !== null && own !== run.installation;
}

const saving = {
  mutationKey: ["settings", "save"],
  mutationFn: (preferences: Preferences) => call(commands.savePreferences(preferences)),
};

/** Why the preferences were not stored when that was last tried, and how to try again; `null` where they were. */
export function useSaveFailure(): { error: unknown; retry: () => void } | null {
  const client = useQueryClient();
  const again = useMutation(saving);
  const tries = useMutationState({
    filters: { mutationKey: saving.mutationKey },
    select: ({ state }) => state,
  });
  const last = tries.at(-1);
  if (last?.status !== "error") return null;
  return {
    error: last.error,
    retry: () => again.mutate(client.getQueryData(preferencesOptions().queryKey) ?? {}),
  };
}

/** The preferences and how to change some of them; shown at once, written behind. */
export function usePreferences(): [Preferences, (change: Partial<Preferences>) => void] {
  const client = useQueryClient();
  const query = useQuery(preferencesOptions());
  const save = useMutation(saving);
  const preferences = query.data ?? {};
  const change = (part: Partial<Preferences>) => {
    // Of what is known now, not when this was drawn: two changes in one breath both count.
    const next = { ...client.getQueryData(preferencesOptions().queryKey), ...part };
    client.setQueryData(preferencesOptions().queryKey, next);
    save.mutate(next);
  };
  return [preferences, change];
}

/** The images that do Berth's own work in a cluster. */
export function helperImagesOptions() {
  return queryOptions({
    queryKey: ["settings", "helpers"],
    queryFn: () => call(commands.helperImages()),
  });
}

/** Chooses the image of a helper; an empty text for the public one. */
export function useSetHelperImage() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ helper, image }: { helper: HelperImage; image: string }) =>
      call(commands.setHelperImage(helper, image)),
    onSuccess: () => client.invalidateQueries({ queryKey: helperImagesOptions().queryKey }),
  });
}
