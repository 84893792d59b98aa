import type { ContextList, Preferences } from "@/ipc";

export type ChosenPlace = { context: string | null; namespace: string };

/** Where new runs go: what was chosen last if it still exists, else the current context; never a broken one. */
export function chosenPlace(list: ContextList | undefined, preferences: Preferences): ChosenPlace {
  const usable = (list?.contexts ?? []).filter((context) => context.problem === null);
  const found =
    usable.find((context) => context.name === preferences.context) ??
    usable.find((context) => context.is_current) ??
    (usable.length === 1 ? usable[0] : undefined);
  if (!found) return { context: null, namespace: "default" };
  return {
    context: found.name,
    namespace: preferences.namespaces?.[found.name] ?? found.namespace ?? "default",
  };
}
