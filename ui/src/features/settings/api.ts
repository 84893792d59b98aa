import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { call, commands, type Preferences } from "@/ipc";

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

/** The preferences and how to change some of them; shown at once, written behind. */
export function usePreferences(): [Preferences, (change: Partial<Preferences>) => void] {
  const client = useQueryClient();
  const query = useQuery(preferencesOptions());
  const save = useMutation({
    mutationFn: (preferences: Preferences) => call(commands.savePreferences(preferences)),
  });
  const preferences = query.data ?? {};
  const change = (part: Partial<Preferences>) => {
    const next = { ...preferences, ...part };
    client.setQueryData(preferencesOptions().queryKey, next);
    save.mutate(next);
  };
  return [preferences, change];
}
