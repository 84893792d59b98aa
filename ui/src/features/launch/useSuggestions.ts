import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Suggestion, SuggestionKind } from "@/ipc";

import { suggestionOptions } from "./api";
import type { Place } from "./draft";

export type Asked = {
  items: readonly Suggestion[];
  /** One sentence where they could not be asked for. */
  notice: string | null;
  /** Asks, unless that was done a moment ago. */
  ask: () => void;
};

const none: readonly Suggestion[] = [];

/** What may be written into a control: asked for when the control is first used, and never waited for. */
export function useSuggestions(kind: SuggestionKind, place: Place): Asked {
  const [isWanted, setWanted] = useState(false);
  const query = useQuery({ ...suggestionOptions(kind, place), enabled: isWanted });
  return {
    items: query.data?.items ?? none,
    notice: query.error?.message ?? query.data?.notice ?? null,
    ask: () => {
      if (!isWanted) setWanted(true);
      else if (query.isStale && !query.isFetching) void query.refetch();
    },
  };
}

/** The values that go with a name among what is suggested. */
export function valuesOf(items: readonly Suggestion[], name: string): { name: string; note: string }[] {
  const values = items.filter((item) => item.name === name.trim()).flatMap((item) => item.values);
  return values.map((value) => ({ name: value, note: "" }));
}
