import { useMutation, useQueryClient } from "@tanstack/react-query";

import { call, commands, type Place, type RegistryChoice, type RunId } from "@/ipc";

/** Takes the image of a build off its function again; resolves to the version that this makes. */
export function useUndoBuild(run: RunId) {
  return useMutation({ mutationFn: () => call(commands.undoBuild(run)) });
}

/** Chooses where the builds of a project put their images; `null` for nowhere. */
export function useSetRegistry(project: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (registry: RegistryChoice | null) => call(commands.setRegistry(project, registry)),
    onSuccess: () => client.invalidateQueries({ queryKey: ["projects"] }),
  });
}

/** Tries the registry of a project with the smallest image there is; resolves to what that came to. */
export function useTryRegistry(project: string) {
  return useMutation({
    mutationFn: ({ place, run }: { place: Place | null; run: RunId }) =>
      call(commands.tryRegistry(project, place, run)),
  });
}
