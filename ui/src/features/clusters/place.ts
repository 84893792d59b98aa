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

/** Contexts and namespaces that are remembered at most. */
const REMEMBERED = 20;

/** What changes in the preferences when a context is chosen. */
export function chooseContext(preferences: Preferences, context: string): Partial<Preferences> {
  return { context, recent_contexts: latestFirst(context, preferences.recent_contexts) };
}

/** What changes in the preferences when a namespace of a context is chosen. */
export function chooseNamespace(
  preferences: Preferences,
  context: string,
  namespace: string,
): Partial<Preferences> {
  const recent = preferences.recent_namespaces ?? {};
  return {
    context,
    namespaces: { ...preferences.namespaces, [context]: namespace },
    recent_namespaces: { ...recent, [context]: latestFirst(namespace, recent[context]) },
  };
}

function latestFirst(chosen: string, recent: readonly string[] = []): string[] {
  return [chosen, ...recent.filter((other) => other !== chosen)].slice(0, REMEMBERED);
}
