import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useMemo, useState } from "react";

import type { LogMatches, LogRef } from "@/ipc";

import { searchLog } from "./api";

/** More matches than this are not listed: nobody steps through them. */
const MOST = 10_000;

/** A line that was found: its number and the cursor of its first byte. */
type Match = { number: number; at: number };

export type Find = {
  /** What is looked for; empty while nothing is. */
  text: string;
  setText: (text: string) => void;
  matches: readonly Match[];
  /** Whether the whole log was looked through. */
  isDone: boolean;
  error: unknown;
  /** Position in `matches` of the one that is shown; -1 before one was. */
  current: number;
  step: (by: 1 | -1) => Match | null;
};

type Result = { of: string; matches: readonly Match[]; isDone: boolean; error: unknown };

const nothing: Result = { of: "", matches: [], isDone: true, error: null };

/** Looks through the whole stored log, piece by piece. Lines that come later are found when the text is typed anew. */
export function useFind(log: LogRef): Find {
  const [text, setText] = useState("");
  const [wanted] = useDebouncedValue(text, 200);
  const [result, setResult] = useState<Result>(nothing);
  const [position, setPosition] = useState({ of: "", current: -1 });

  useEffect(() => {
    if (wanted === "") return;
    let isWanted = true;
    const look = async () => {
      let matches: readonly Match[] = [];
      let from: number | null = 0;
      try {
        while (from !== null) {
          const page: LogMatches = await searchLog(log, wanted, from);
          if (!isWanted) return;
          matches = [...matches, ...page.lines.map(([number, at]) => ({ number, at }))].slice(0, MOST);
          from = matches.length === MOST ? null : page.next;
          setResult({ of: wanted, matches, isDone: from === null, error: null });
        }
      } catch (error) {
        if (isWanted) setResult({ of: wanted, matches: [], isDone: true, error });
      }
    };
    void look();
    return () => {
      isWanted = false;
    };
  }, [log, wanted]);

  return useMemo(() => {
    const shown = text === "" || result.of !== text ? { ...nothing, isDone: text === "" } : result;
    const current = position.of === shown.of ? position.current : -1;
    return {
      text,
      setText,
      matches: shown.matches,
      isDone: shown.isDone,
      error: shown.error,
      current,
      step: (by) => {
        const { length } = shown.matches;
        if (length === 0) return null;
        const to = current < 0 ? (by > 0 ? 0 : length - 1) : (current + by + length) % length;
        setPosition({ of: shown.of, current: to });
        return shown.matches[to] ?? null;
      },
    };
  }, [text, result, position]);
}
