import { Button, Group, Popover, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import type { ConnectionNotice } from "@/ipc";
import { plural, sentence } from "@/shared/format";

import { contextCheckOptions, engineOptions, logBytesOptions, standingOptions } from "./api";
import { checkWords } from "./check";
import classes from "./clusters.module.css";
import { connectionPill, engineWords, placePill, staleSentence } from "./connection";

/** The last line of the window: the connection, what the engine does, and what someone should look at. */
export function StatusBar({ running }: { running: number }) {
  const engine = useQuery(engineOptions());
  const logBytes = useQuery(logBytesOptions());
  const pill = engine.isError
    ? { tone: "bad" as const, text: "Not running", detail: engine.error.message }
    : connectionPill(engine.data);
  return (
    <footer className={classes.bar}>
      <Popover position="top-start" width={400} withinPortal trapFocus>
        <span role="status" aria-label="Connection" className={classes.status}>
          <Popover.Target>
            <UnstyledButton
              fz="inherit"
              className={classes.pill}
              data-tone={pill.tone}
              title={pill.detail ?? "How the clusters are reached"}
            >
              <span className={classes.dot} aria-hidden="true" />
              {pill.text}
            </UnstyledButton>
          </Popover.Target>
        </span>
        <Popover.Dropdown>
          <Connections connections={engine.data?.connections ?? []} otherwise={pill.detail ?? pill.text} />
        </Popover.Dropdown>
      </Popover>
      <span className={classes.figures}>{engineWords(engine.data, running, logBytes.data)}</span>
      <NeedsLook />
    </footer>
  );
}

/** Each place that is watched: how it stands since when and why; whether it answers, when asked. */
function Connections({ connections, otherwise }: { connections: ConnectionNotice[]; otherwise: string }) {
  return (
    <div className={classes.entries}>
      {connections.length === 0 && <Text size="sm">{sentence(otherwise)}</Text>}
      {connections.map((connection) => (
        <Connection key={`${connection.context}/${connection.namespace}`} connection={connection} />
      ))}
      <Button size="compact-xs" variant="default" renderRoot={(props) => <Link to="/settings" {...props} />}>
        All contexts and how they are reached
      </Button>
    </div>
  );
}

function Connection({ connection }: { connection: ConnectionNotice }) {
  const { context, namespace } = connection;
  const check = useQuery({ ...contextCheckOptions(context), enabled: false });
  const { tone, text } = placePill(connection);
  return (
    <div className={classes.entry}>
      <Group gap="xs" justify="space-between" wrap="nowrap">
        <span className={classes.pill} data-tone={tone}>
          <span className={classes.dot} aria-hidden="true" />
          {context} / {namespace}: {text}
        </span>
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`Check ${context}`}
          loading={check.isFetching}
          onClick={() => void check.refetch()}
        >
          Check
        </Button>
      </Group>
      {tone === "bad" && <Text size="xs">{staleSentence(connection)}</Text>}
      <Text size="xs" c="dimmed" role="status">
        {checkWords(check.data, check.error).text}
      </Text>
    </div>
  );
}

/** Runs that someone should look at, each with a way there; nothing where there are none. */
function NeedsLook() {
  const standing = useQuery(standingOptions());
  const [isOpen, setOpen] = useState(false);
  const looks = standing.data?.looks ?? [];
  if (looks.length === 0) return null;
  return (
    <Popover position="top-end" width={400} opened={isOpen} onChange={setOpen} withinPortal trapFocus>
      <Popover.Target>
        <UnstyledButton fz="inherit" className={classes.need} onClick={() => setOpen(!isOpen)}>
          <span aria-hidden="true">⚠</span>
          {looks.length === 1 ? "1 run needs a look" : `${plural(looks.length, "run")} need a look`}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={classes.entries}>
          {looks.map((look) => (
            <div key={`${look.run} ${look.why}`} className={classes.entry}>
              <Link to="/runs/$runId" params={{ runId: look.run }} onClick={() => setOpen(false)}>
                {look.name}
              </Link>
              <Text size="xs" c="dimmed">
                {look.context} · {sentence(look.why)}
              </Text>
            </div>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
