import { useMemo } from "react";

import type { RunListChoice, RunOrder } from "@/ipc";
import { usePreferences } from "@/features/settings";

import { newestFirst } from "./order";
import { choiceOf, effectiveSearch, type ListSearch } from "./search";

/** How the list is filtered and sorted: remembered for each context, but for what the address asks. */
export function useListChoice(address: ListSearch, onAddress: (address: ListSearch) => void) {
  const [preferences, change] = usePreferences();
  const context = preferences.context ?? "";
  const remembered = preferences.run_lists?.[context];
  const search = useMemo(() => effectiveSearch(address, remembered), [address, remembered]);
  const order: RunOrder = remembered?.order ?? newestFirst;
  const keep = (choice: RunListChoice) =>
    change({ run_lists: { ...preferences.run_lists, [context]: choice } });
  return {
    search,
    order,
    onSearch: (next: ListSearch) => {
      keep(choiceOf(next, order));
      onAddress({ text: next.text });
    },
    onOrder: (next: RunOrder) => keep({ ...remembered, order: next }),
  };
}
