import { useCallback, useEffect, useState } from "react";

import { emptyDraft, keepable, parseDraft, type Draft } from "./draft";

const KEY = "berth.draft";

/** The draft, kept across screens and restarts until it was launched or cleared. */
export function useDraft(): {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  clear: () => void;
} {
  const [draft, setDraft] = useState(() => parseDraft(localStorage.getItem(KEY)));
  useEffect(() => {
    if (draft === emptyDraft) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(keepable(draft)));
  }, [draft]);
  const change = useCallback((part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part })), []);
  const clear = useCallback(() => {
    // At once: the screen may be left before an effect runs.
    localStorage.removeItem(KEY);
    setDraft(emptyDraft);
  }, []);
  return { draft, change, clear };
}
