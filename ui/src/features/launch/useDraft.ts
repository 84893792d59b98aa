import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import type { RunForm } from "@/ipc";

import { draftOptions, originOptions, writeDraft } from "./api";
import { emptyDraft, toDraft, withAction, type Draft } from "./draft";
import { makeKeeper } from "./keeper";
import { draftKey, type Origin } from "./origin";
import { starters } from "./starters";

/** How long what was typed may be in this window alone, in milliseconds. */
const PAUSE = 200;

/**
 * The draft, kept across screens, restarts and crashes until it was launched or cleared. `stored` is what was kept of it.
 * One that is filled from a run or a function begins with what that says; `original` is that, to compare with.
 */
export function useDraft(
  origin: Origin,
  project: string,
  stored: Draft | null,
): {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  clear: () => void;
  original: RunForm | undefined;
  /** Whether there is something to show: what the form is filled from, or what was typed before. */
  isReady: boolean;
  /** Why what it is filled from could not be read. */
  error: unknown;
  retry: () => void;
  /** Why what is typed is not kept, where that is so. */
  unkept: Error | null;
} {
  const isFilled = origin.from !== undefined || origin.function !== undefined;
  const hasOrigin = isFilled || origin.starter !== undefined || origin.action !== undefined;
  const query = useQuery({ ...originOptions(origin, project), enabled: isFilled });
  const original = query.data;
  const [draft, setDraft] = useState<Draft | null>(stored ?? (hasOrigin ? null : emptyDraft));
  const filled = original ? withMemory(toDraft(original), origin) : beginning(origin);
  // What was not touched yet follows what it is filled from.
  const shown = draft ?? filled ?? emptyDraft;
  const { keep, unkept } = useKept(draftKey(origin, project), stored);
  useEffect(() => keep(draft === emptyDraft ? null : draft), [draft, keep]);
  const change = useCallback(
    (part: Partial<Draft>) => setDraft((old) => ({ ...(old ?? filled ?? emptyDraft), ...part })),
    [filled],
  );
  const clear = useCallback(() => {
    keep(null);
    setDraft(hasOrigin ? null : emptyDraft);
  }, [keep, hasOrigin]);
  return {
    draft: shown,
    change,
    clear,
    original,
    isReady: !isFilled || draft !== null || original !== undefined,
    error: query.error,
    retry: () => void query.refetch(),
    unkept,
  };
}

/** Keeps the draft of a form, `null` for none: here at once, on disk after a short pause. */
function useKept(
  key: string,
  stored: Draft | null,
): { keep: (draft: Draft | null) => void; unkept: Error | null } {
  const client = useQueryClient();
  // One after the other, so that the newest is the last.
  const save = useMutation({
    scope: { id: key },
    mutationFn: (draft: Draft | null) => writeDraft(key, draft),
  });
  const [keeper] = useState(() => makeKeeper<Draft | null>((draft) => save.mutate(draft), PAUSE));
  const last = useRef(stored);
  const keep = useCallback(
    (draft: Draft | null) => {
      if (draft === last.current) return;
      last.current = draft;
      client.setQueryData(draftOptions(key).queryKey, draft);
      keeper.keep(draft);
      // A form that was cleared or launched must not come back.
      if (draft === null) keeper.flush();
    },
    [client, key, keeper],
  );
  useEffect(() => {
    window.addEventListener("pagehide", keeper.flush);
    return () => {
      window.removeEventListener("pagehide", keeper.flush);
      keeper.flush();
    };
  }, [keeper]);
  return { keep, unkept: save.error };
}

/** What a form that is filled from nothing begins with. */
function beginning({ starter, action }: Origin): Draft | undefined {
  if (starter) return starters[starter].draft;
  return action ? { ...emptyDraft, ...withAction(emptyDraft, action) } : undefined;
}

function withMemory(draft: Draft, { memory }: Origin): Draft {
  return memory === undefined ? draft : { ...draft, memory_limit: memory };
}
