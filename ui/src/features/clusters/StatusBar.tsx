import { Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { engineOptions } from "./api";
import classes from "./clusters.module.css";
import { connectionPill, engineWords } from "./connection";

/** The last line of the window: the connection, and what the engine does. */
export function StatusBar({ running }: { running: number }) {
  const engine = useQuery(engineOptions());
  const pill = engine.isError
    ? { tone: "bad" as const, text: "Not running", detail: engine.error.message }
    : connectionPill(engine.data);
  return (
    <footer className={classes.bar}>
      <Tooltip label={pill.detail} disabled={pill.detail === null}>
        <span className={classes.pill} data-tone={pill.tone} role="status" aria-label="Connection">
          <span className={classes.dot} aria-hidden="true" />
          {pill.text}
        </span>
      </Tooltip>
      <span>{engineWords(engine.data, running)}</span>
    </footer>
  );
}
