import type { LogPage } from "@/ipc";

/** One line of a log. */
export type LogLine = {
  /** Its number, from 0. */
  number: number;
  /** Cursor of its first byte. */
  at: number;
  /** Its time, RFC 3339 with nanoseconds; empty where the line carries none. */
  time: string;
  /** Its content. */
  text: string;
  /** Bytes of content not shown because the line is too long. */
  hidden: number;
};

/** A piece of a log, in lines. */
export type LogPiece = {
  lines: LogLine[];
  /** Where to go on. */
  next: number;
  /** Whether the log is complete and this piece reaches its end. */
  at_end: boolean;
};

/** Read at a time where a log is read on and on, in bytes: as much as the core gives. */
export const PIECE_BYTES = 4 * 1024 * 1024;

/**
 * Reads a log on from a cursor, piece after piece. Each is asked for before the one before it is taken apart, so that
 * neither side waits for the other.
 */
export async function* inPieces(
  read: (from: number) => Promise<LogPage>,
  from: number,
): AsyncGenerator<LogPiece, void> {
  let coming = read(from);
  for (;;) {
    const page = await coming;
    const isLast = page.at_end || page.text === "";
    if (!isLast) {
      coming = read(page.next);
      // Whoever stops before it is not told that it failed.
      coming.catch(() => undefined);
    }
    yield inLines(page);
    if (isLast) return;
  }
}

/** Takes the text of a piece apart into its lines. */
export function inLines(page: LogPage): LogPiece {
  const { text, sized, next, at_end } = page;
  const lines: LogLine[] = [];
  let at = page.at;
  let from = 0;
  let odd = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
    const space = text.indexOf(" ", from);
    const hasTime = space >= 0 && space < end;
    const size = sized[odd]?.[0] === lines.length ? sized[odd++] : undefined;
    lines.push({
      number: page.first + lines.length,
      at,
      time: hasTime ? text.slice(from, space) : "",
      text: text.slice(hasTime ? space + 1 : from, end),
      hidden: size?.[2] ?? 0,
    });
    at += size?.[1] ?? end + 1 - from;
    from = end + 1;
  }
  return { lines, next, at_end };
}
