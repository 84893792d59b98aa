import { Badge, Button, Group, NumberInput, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useIsForeign } from "@/features/settings";
import type { ForwardView, RunDetails, RunView } from "@/ipc";
import { Copy } from "@/shared/Copy";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { copiesText } from "@/shared/format";
import { Loaded } from "@/shared/Loaded";

import { forwardsOptions, useCloseForward, useOpenForward, useRestart, useResume, useScale } from "./api";
import { forwardColour, forwardWords } from "./forwards";
import classes from "./services.module.css";

/** A service that lives: its copies and what can be done with them, where it answers, and ways to it from here. */
export function ServicePanel({ details }: { details: RunDetails }) {
  const { run } = details;
  if (run.is_final) return null;
  return (
    <section className={classes.panel} aria-label="Service">
      <Copies run={run} />
      <PanelWays run={run} ports={details.ports} />
    </section>
  );
}

function Copies({ run }: { run: RunView }) {
  const scale = useScale(run.id);
  const resume = useResume(run.id);
  const restart = useRestart(run.id);
  const isForeign = useIsForeign(run);
  const wanted = run.copies?.wanted ?? 1;
  const [typed, setTyped] = useState<number | string>(wanted);
  const copies = Number(typed);
  const isStopped = run.word === "stopped";
  const failure = scale.error ?? resume.error ?? restart.error;
  const isKnown = typed !== "" && Number.isInteger(copies) && copies >= 0;
  return (
    <Stack gap="xs">
      <Group gap="sm" align="flex-end">
        <Text size="sm" className={classes.copies}>
          {run.copies ? copiesText(run.copies) : "Copies are not known yet"}
        </Text>
        {!isForeign && (
          <>
            <NumberInput
              size="xs"
              w={90}
              label="Copies"
              min={0}
              allowDecimal={false}
              value={typed}
              onChange={setTyped}
            />
            <Button
              size="xs"
              variant="default"
              disabled={!isKnown || (copies === wanted && !isStopped)}
              loading={scale.isPending}
              onClick={() => scale.mutate(copies)}
            >
              Scale
            </Button>
            {isStopped ? (
              <Button size="xs" loading={resume.isPending} onClick={() => resume.mutate()}>
                Resume
              </Button>
            ) : (
              <Button
                size="xs"
                variant="default"
                loading={restart.isPending}
                disabled={run.word === "stopping"}
                onClick={() => restart.mutate()}
              >
                Restart
              </Button>
            )}
          </>
        )}
      </Group>
      {failure && <ErrorPanel error={failure} />}
    </Stack>
  );
}

function PanelWays({ run, ports }: { run: RunView; ports: RunDetails["ports"] }) {
  const forwards = useQuery(forwardsOptions());
  return (
    <Stack gap="xs">
      <Loaded query={forwards} what="the ways to it" rows={1}>
        {(all) => <Ways run={run} forwards={all} ports={ports} />}
      </Loaded>
      <Addresses urls={run.urls} />
    </Stack>
  );
}

type WaysProps = {
  run: RunView;
  /** All that are open, of whatever service. */
  forwards: readonly ForwardView[];
  /** Its ports; the first alone where they are not known. */
  ports?: RunDetails["ports"];
};

/** Ports of this machine that lead to a service, and buttons that open them. */
export function Ways({ run, forwards, ports }: WaysProps) {
  const open = useOpenForward(run.id);
  const own = forwards.filter((forward) => forward.run === run.id);
  const first = own.length === 0 ? [{ port: null, label: "Open" }] : [];
  const closed = ports
    ? ports
        .filter(({ port }) => !own.some((forward) => forward.port === port))
        .map(({ port, name }) => ({ port, label: `Open ${name ?? "port"} ${port}` }))
    : first;
  return (
    <Stack gap="xs">
      {own.map((forward) => (
        <Forward key={forward.port} forward={forward} />
      ))}
      {closed.length > 0 && (
        <Group gap="xs">
          {closed.map(({ port, label }) => (
            <Button
              key={label}
              size={ports ? "xs" : "compact-xs"}
              variant={ports ? "filled" : "default"}
              aria-label={ports ? undefined : `${label} ${run.name}`}
              loading={open.isPending}
              onClick={() => open.mutate(port)}
            >
              {label}
            </Button>
          ))}
        </Group>
      )}
      {open.error && <ErrorPanel error={open.error} />}
    </Stack>
  );
}

/** Where a service answers without a way from here. */
export function Addresses({ urls }: { urls: readonly string[] }) {
  if (urls.length === 0) return null;
  return (
    <Text size="sm" c="dimmed">
      By itself: <span className={classes.mono}>{urls.join(" · ")}</span>
    </Text>
  );
}

function Forward({ forward }: { forward: ForwardView }) {
  const close = useCloseForward();
  return (
    <Group gap="sm" role="group" aria-label={`Port ${forward.port}`}>
      <Badge color={forwardColour(forward.state)} variant="dot" tt="none">
        {forwardWords(forward.state)}
      </Badge>
      <Text size="sm" className={classes.mono}>
        {forward.url}
      </Text>
      <Text size="sm" c="dimmed">
        leads to port {forward.port}
        {forward.connections > 0 &&
          ` · ${forward.connections} open ${forward.connections === 1 ? "connection" : "connections"}`}
      </Text>
      <Copy text={forward.url} label="Copy URL" />
      <Copy text={`curl ${forward.url}`} label="Copy curl" />
      <Button
        size="compact-xs"
        variant="default"
        loading={close.isPending}
        onClick={() => close.mutate(forward)}
      >
        Close
      </Button>
      {forward.message && (
        <Text size="sm" c="dimmed" w="100%">
          {forward.message}
        </Text>
      )}
    </Group>
  );
}
