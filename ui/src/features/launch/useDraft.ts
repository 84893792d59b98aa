import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";

import type { RunForm } from "@/ipc";

import { originOptions } from "./api";
import { emptyDraft, keepable, parseDraft, toDraft, type Draft } from "./draft";
import { draftKey, type Origin } from "./origin";
import { starters } from "./starters";

/**
 * The draft, kept across screens and restarts until it was launched or cleared. One that is filled from a run or a
 * function begins with what that says; `original` is that, to compare with.
 */
export function useDraft(origin: Origin): {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  clear: () => void;
  original: RunForm | undefined;
  isLoading: boolean;
  error: unknown;
} {
  const key = draftKey(origin);
  const isFilled = origin.from !== undefined || origin.function !== undefined;
  const hasOrigin = isFilled || origin.starter !== undefined;
  const query = useQuery({ ...originOptions(origin), enabled: isFilled });
  const original = query.data;
  const [draft, setDraft] = useState<Draft | null>(() => {
    const stored = localStorage.getItem(key);
    return stored === null && hasOrigin ? null : parseDraft(stored);
  });
  const starter = origin.starter ? starters[origin.starter].draft : undefined;
  const filled = original ? withMemory(toDraft(original), origin) : starter;
  // What was not touched yet follows what it is filled from.
  const shown = draft ?? filled ?? emptyDraft;
  useEffect(() => {
    if (draft === null || draft === emptyDraft) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(keepable(draft)));
  }, [draft, key]);
  const change = useCallback(
    (part: Partial<Draft>) => setDraft((old) => ({ ...(old ?? filled ?? emptyDraft), ...part })),
    [filled],
  );
  const clear = useCallback(() => {
    // At once: the screen may be left before an effect runs.
    localStorage.removeItem(key);
    setDraft(hasOrigin ? null : emptyDraft);
  }, [key, hasOrigin]);
  return {
    draft: shown,
    change,
    clear,
    original,
    isLoading: isFilled && query.isPending,
    error: query.error,
  };
}

function withMemory(draft: Draft, { memory }: Origin): Draft {
  return memory === undefined ? draft : { ...draft, memoryLimit: memory };
}
