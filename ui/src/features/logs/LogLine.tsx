import { memo } from "react";

import type { LogLine as Line } from "@/ipc";
import { bytes, logTime } from "@/shared/format";

import classes from "./logs.module.css";
import { overwritten, parseSgr } from "./sgr";

/** One line: text nodes and class names, never markup. */
export const LogLine = memo(function LogLine({ line, withTime }: { line: Line; withTime: boolean }) {
  return (
    <>
      {withTime && (
        <span className={classes.time} title={line.time}>
          {logTime(line.time)}
        </span>
      )}
      <span className={classes.text}>
        {parseSgr(overwritten(line.text)).map((span, index) => (
          <span
            key={index}
            className={span.classes.map((name) => classes[name]).join(" ") || undefined}
            style={{ color: span.colour, backgroundColor: span.background }}
          >
            {span.text}
          </span>
        ))}
        {line.hidden > 0 && <span className={classes.note}> … {bytes(line.hidden)} more, on disk</span>}
      </span>
    </>
  );
});
