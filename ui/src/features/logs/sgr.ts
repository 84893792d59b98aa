/* eslint no-control-regex: off -- control characters are what is looked for */
/**
 * Colours and weights of a log line (ECMA-48 SGR), and nothing else: every other control sequence is dropped, so a
 * log can neither move, hide nor link anything on the page. Pure; what comes out is text and class names.
 */

export type Span = { text: string; classes: readonly string[]; colour?: string; background?: string };

/** Control sequences: CSI (SGR among them), OSC up to its end, and two-character escapes. */
const SEQUENCE =
  /\u001b\[([\u0030-\u003f]*)([\u0020-\u002f]*)([\u0040-\u007e])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[\u0020-\u007e]?/g;

/** What is left to drop: controls but the tab. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

type Style = { flags: Set<string>; colour: Paint; background: Paint };

/** One of the 16 named colours by its class, or a colour by its value. */
type Paint = { name: string } | { value: string } | null;

/** What is visible of a line after its last return to the left: progress bars write over themselves. */
export function overwritten(line: string): string {
  const parts = line.split("\r");
  return parts.findLast((part) => part !== "") ?? "";
}

/** Splits a line into spans. */
export function parseSgr(line: string): Span[] {
  const style: Style = { flags: new Set(), colour: null, background: null };
  const spans: Span[] = [];
  let from = 0;
  const push = (text: string) => {
    const clean = text.replace(CONTROLS, "");
    if (clean !== "") spans.push(span(clean, style));
  };
  for (const match of line.matchAll(SEQUENCE)) {
    push(line.slice(from, match.index));
    from = match.index + match[0].length;
    const parameters = match[1] ?? "";
    if (match[3] === "m" && match[2] === "" && /^[0-9;:]*$/.test(parameters)) change(style, parameters);
  }
  push(line.slice(from));
  return spans;
}

/** A line without any sequence, as it is copied. */
export function plain(line: string): string {
  return line.replace(SEQUENCE, "").replace(CONTROLS, "");
}

function span(text: string, style: Style): Span {
  const classes = [...style.flags].filter((flag) => flag !== "inverse");
  const made: Span = { text, classes };
  const isInverse = style.flags.has("inverse");
  const [colour, background] = isInverse
    ? [style.background, style.colour]
    : [style.colour, style.background];
  if (colour && "name" in colour) classes.push(`fg-${colour.name}`);
  else if (colour) made.colour = colour.value;
  if (background && "name" in background) classes.push(`bg-${background.name}`);
  else if (background) made.background = background.value;
  else if (isInverse) classes.push("inverse");
  return made;
}

const flags: Record<number, string> = {
  1: "bold",
  2: "faint",
  3: "italic",
  4: "underline",
  7: "inverse",
  9: "struck",
};
const ends: Record<number, readonly string[]> = {
  22: ["bold", "faint"],
  23: ["italic"],
  24: ["underline"],
  27: ["inverse"],
  29: ["struck"],
};

function change(style: Style, parameters: string): void {
  const codes = parameters.split(/[;:]/).map((code) => (code === "" ? 0 : Number(code)));
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    const flag = flags[code];
    if (code === 0) {
      style.flags.clear();
      style.colour = null;
      style.background = null;
    } else if (flag) style.flags.add(flag);
    else if (ends[code]) for (const ended of ends[code]) style.flags.delete(ended);
    else if (code === 38 || code === 48) {
      const [paint, used] = extended(codes.slice(index + 1));
      if (code === 38) style.colour = paint;
      else style.background = paint;
      index += used;
    } else if (code === 39) style.colour = null;
    else if (code === 49) style.background = null;
    else if (code >= 30 && code <= 37) style.colour = { name: String(code - 30) };
    else if (code >= 90 && code <= 97) style.colour = { name: String(code - 82) };
    else if (code >= 40 && code <= 47) style.background = { name: String(code - 40) };
    else if (code >= 100 && code <= 107) style.background = { name: String(code - 92) };
  }
}

/** Reads `5;N` (256 colours) or `2;R;G;B`; returns the colour and how many parameters it took. */
function extended(rest: readonly number[]): [Paint, number] {
  const [kind, first, second, third] = rest;
  if (kind === 5 && first !== undefined) return [indexed(first), 2];
  if (kind === 2 && third !== undefined)
    return [{ value: `rgb(${byte(first)} ${byte(second)} ${byte(third)})` }, 4];
  return [null, rest.length];
}

/** The 256 colours of xterm: 16 named, a cube of 6×6×6, 24 greys. */
function indexed(number: number): Paint {
  const index = byte(number);
  if (index < 16) return { name: String(index) };
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return { value: `rgb(${grey} ${grey} ${grey})` };
  }
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  const [red, green, blue] = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level);
  return { value: `rgb(${red} ${green} ${blue})` };
}

function byte(value: number | undefined): number {
  return Math.min(255, Math.max(0, value ?? 0));
}
