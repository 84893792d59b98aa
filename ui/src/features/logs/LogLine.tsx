import { memo, type ReactNode } from "react";

import type { LogTime } from "@/ipc";
import { bytes, logTime } from "@/shared/format";

import type { LogLine as Line } from "./lines";
import classes from "./logs.module.css";
import { overwritten, parseSgr, type Span } from "./sgr";

declare module "react" {
  interface CSSProperties {
    /** The colour of a text as its program said it. */
    "--exact"?: string | undefined;
    /** The same of what is behind it. */
    "--behind"?: string | undefined;
  }
}

type Props = {
  line: Line;
  time: LogTime;
  /** When the run started: what relative times are counted from. */
  origin: string;
  /** What is looked for; empty while nothing is. */
  find: string;
};

/** One line: text nodes and class names, never markup. */
export const LogLine = memo(function LogLine({ line, time, origin, find }: Props) {
  return (
    <>
      {time !== "off" && (
        <span className={classes.time} title={line.time}>
          {logTime(line.time, time, origin)}
        </span>
      )}
      <span className={classes.text}>
        {parseSgr(overwritten(line.text)).map((span, index) => (
          <span
            key={index}
            className={span.classes.map((name) => classes[name]).join(" ") || undefined}
            {...exact(span)}
          >
            {marked(span.text, find)}
          </span>
        ))}
        {line.hidden > 0 && <span className={classes.note}> … {bytes(line.hidden)} more, on disk</span>}
      </span>
    </>
  );
});

/** Colours by value: the style sheet makes them readable in both themes, unless the line says both of a pair. */
function exact({ colour, background }: Span) {
  if (colour && background) return { style: { color: colour, backgroundColor: background } };
  const style = { "--exact": colour, "--behind": background };
  return colour || background ? { style, "data-exact": colour ? "text" : "behind" } : {};
}

/** A text with every place marked where the one that is looked for stands. */
function marked(text: string, find: string): ReactNode {
  if (find === "" || !text.includes(find)) return text;
  return text.split(find).flatMap((part, index) =>
    index === 0
      ? [part]
      : [
          <mark key={index} className={classes.match}>
            {find}
          </mark>,
          part,
        ],
  );
}
