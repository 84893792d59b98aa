import { useCallback, useEffect, useRef, useState } from "react";

import type { LogRef, LogView } from "@/ipc";

import { readLog, readLogBefore } from "./api";
import { append, beginning, emptyWindow, endOf, prepend, type LogWindow } from "./logWindow";

/** The most that is read at a time while following: more than anybody sees, less than the page notices. */
const FOLLOW_BYTES = 16 * 1024;

/**
 * Lines held of a log that rushes by: more than any window shows, and always as many, so that nothing but their words is
 * drawn anew.
 */
const GLANCE = 128;

/**
 * The least time between two glances, in milliseconds: less than two of the times at which the core tells that logs grew.
 * Nobody reads what rushes by, and each picture costs the page of its evenness.
 */
const GLANCE_EVERY = 400;

/** Read at a time while scrolling: at least 31 bytes a line, so always less than half of what is held. */
const SCROLL_BYTES = 28 * 1024;

/** How often a live log is looked at even if nobody says that it grew: another process may be the one that captures. */
const LOOK_EVERY = 1000;

type LogReader = {
  window: LogWindow;
  /** The log as it was told when the window was read. */
  told: LogView;
  error: unknown;
  /** When the last read went well, in milliseconds, while one after it has failed. */
  since: number | undefined;
  /** Whether the first piece is still on its way. */
  isLoading: boolean;
  following: boolean;
  setFollowing: (following: boolean) => void;
  /** Reads what is before the window; resolves to how many lines came. */
  readBack: () => Promise<number>;
  /** Reads what is behind the window. */
  readOn: () => Promise<void>;
  /** Reads the lines around a cursor and stops following. */
  goTo: (at: number) => Promise<void>;
  retry: () => void;
};

/** Holds a window of one log: its end while following, wherever the person is otherwise. */
export function useLogWindow(log: LogRef, isLive: boolean, stored: LogView): LogReader {
  const [window, setWindow] = useState<LogWindow>(emptyWindow);
  /** None until the end was read: at first, and when it is followed again. */
  const [told, setTold] = useState<LogView | null>(null);
  const [isLoading, setLoading] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const [since, setSince] = useState<number | undefined>(undefined);
  const [following, setFollowing] = useState(true);
  const held = useRef(emptyWindow);
  const isBusy = useRef(false);
  const lastRead = useRef<number | undefined>(undefined);
  const lastGlance = useRef(0);

  const show = useCallback((next: LogWindow) => {
    held.current = next;
    setWindow(next);
  }, []);

  /** One read at a time: the next begins where the last one ended. */
  const exclusively = useCallback(async (work: () => Promise<void>) => {
    if (isBusy.current) return;
    isBusy.current = true;
    try {
      await work();
      lastRead.current = Date.now();
      setError(null);
    } catch (cause) {
      setError(cause);
      setSince(lastRead.current);
    } finally {
      isBusy.current = false;
    }
  }, []);

  const readEnd = useCallback(
    (now: LogView) =>
      exclusively(async () => {
        show(endOf(await readLogBefore(log, null, FOLLOW_BYTES)));
        setLoading(false);
        setTold(now);
      }),
    [exclusively, log, show],
  );

  const readOn = useCallback(
    () =>
      exclusively(async () => {
        if (held.current.atEnd) return;
        show(append(held.current, await readLog(log, held.current.next, SCROLL_BYTES)));
      }),
    [exclusively, log, show],
  );

  const catchUp = useCallback(
    async (now: LogView) => {
      const isFar = now.lines - (held.current.lines.at(-1)?.number ?? now.lines) > GLANCE;
      if (isFar && Date.now() - lastGlance.current < GLANCE_EVERY) return;
      await exclusively(async () => {
        if (!held.current.atEnd) show(await onwards(log, held.current, isFar));
        if (isFar) lastGlance.current = Date.now();
        setTold(now);
      });
    },
    [exclusively, log, show],
  );

  const readBack = useCallback(async () => {
    let came = 0;
    await exclusively(async () => {
      const start = beginning(held.current);
      if (start === 0) return;
      const page = await readLogBefore(log, start, SCROLL_BYTES);
      came = page.lines.length;
      show(prepend(held.current, page));
    });
    return came;
  }, [exclusively, log, show]);

  const goTo = useCallback(
    async (at: number) => {
      setFollowing(false);
      const isHeld = (line: { at: number }) => line.at === at;
      if (held.current.lines.some(isHeld)) return;
      await exclusively(async () => {
        const before = await readLogBefore(log, at, SCROLL_BYTES);
        const start = append({ ...emptyWindow, next: at }, { ...before, next: at, at_end: false });
        show(append(start, await readLog(log, at, SCROLL_BYTES)));
      });
    },
    [exclusively, log, show],
  );

  const look = useCallback(
    () => void (told === null ? readEnd(stored) : catchUp(stored)),
    [catchUp, readEnd, stored, told],
  );

  useEffect(() => {
    if (!following) return;
    const isBehind = told !== stored;
    if (isBehind) queueMicrotask(look);
    // What could not be read, as another read was on its way or failed, is read with the next look.
    const timer = isLive || isBehind ? setInterval(look, LOOK_EVERY) : undefined;
    return () => clearInterval(timer);
  }, [following, isLive, look, stored, told]);

  const follow = useCallback((wanted: boolean) => {
    setFollowing(wanted);
    if (wanted) setTold(null);
  }, []);

  return {
    window,
    told: told ?? stored,
    error,
    since,
    isLoading,
    following,
    setFollowing: follow,
    readBack,
    readOn,
    goTo,
    retry: look,
  };
}

/** The window moved on towards the end of its log. */
async function onwards(log: LogRef, window: LogWindow, isFar: boolean): Promise<LogWindow> {
  const page = isFar ? null : await readLog(log, window.next, FOLLOW_BYTES);
  if (page && page.next - window.next <= FOLLOW_BYTES / 2) return append(window, page);
  // Far behind: nobody reads what rushes by, and scrolling back reads it.
  return endOf(await readLogBefore(log, null, FOLLOW_BYTES), GLANCE);
}
