import { ActionIcon, Anchor, Button, Group, Menu, Stack, Text, Title } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { useIsForeign } from "@/features/settings";
import type { RunDetails } from "@/ipc";
import { absoluteTime } from "@/shared/format";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { Icon } from "@/shared/Icon";
import { newRunId } from "@/shared/runId";

import { useArchiveRun, useRerun, useStopRun } from "./api";
import { DeleteDialog } from "./DeleteDialog";
import { RunStateBadge } from "./RunStateBadge";
import { Elapsed } from "./Times";
import classes from "./runs.module.css";
import { isSchedule } from "./states";

/** What the run is and what can be done with it. */
export function RunHeader({ details }: { details: RunDetails }) {
  const { run } = details;
  const navigate = useNavigate();
  const stop = useStopRun(run.id);
  const rerun = useRerun(run.id);
  const archive = useArchiveRun(run.id);
  const clipboard = useClipboard();
  const [isDeleting, setDeleting] = useState(false);
  const isForeign = useIsForeign(run);
  const failure = stop.error ?? rerun.error ?? archive.error;
  const isStopping = run.wish === "stop" || run.word === "stopping";

  const repeat = () =>
    rerun.mutate(newRunId(), {
      onSuccess: (row) => void navigate({ to: "/runs/$runId", params: { runId: row.id } }),
    });

  return (
    <Stack className={classes.head} gap={6}>
      <Group justify="space-between" align="flex-start">
        <Stack gap={6} flex="1 1 320px" miw={0}>
          <Group gap="sm" wrap="nowrap">
            <BackToRuns />
            <span role="status" aria-label="State of the run">
              <RunStateBadge run={run} />
            </span>
            <Title order={1} size="h4" className={`${classes.title} ${classes.cut}`}>
              {run.name}
            </Title>
          </Group>
          <Text size="sm" c="dimmed">
            {run.function}
            {run.version > 0 && ` v${run.version}`} · {run.action} · {run.context} / {run.namespace} ·{" "}
            {run.started ? `started ${absoluteTime(run.started)}` : `submitted ${absoluteTime(run.created)}`}{" "}
            · <Elapsed run={run} />
            {!run.is_final && ` · ${run.doing}`}
          </Text>
        </Stack>
        <Group gap="xs" wrap="nowrap">
          {!run.is_final && run.word !== "stopped" && !isForeign && (
            <Button
              size="xs"
              variant="default"
              loading={stop.isPending}
              disabled={isStopping}
              onClick={() => stop.mutate()}
            >
              {isStopping ? "Stopping" : isSchedule(details) ? "Suspend" : "Stop"}
            </Button>
          )}
          {/* Of a schedule, the deed that is wanted most is "Run now": rerun makes a second schedule. */}
          <Button
            size="xs"
            variant={isSchedule(details) ? "default" : "filled"}
            loading={rerun.isPending}
            onClick={repeat}
          >
            Rerun
          </Button>
          <Button
            size="xs"
            variant="default"
            renderRoot={(props) => <Link to="/new" search={{ from: run.id }} {...props} />}
          >
            Edit & rerun
          </Button>
          <Menu position="bottom-end" withinPortal shadow="md">
            <Menu.Target>
              <ActionIcon variant="default" size={30} aria-label="More actions" loading={archive.isPending}>
                <Icon name="more" />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => clipboard.copy(run.id)}>Copy id</Menu.Item>
              <Menu.Item onClick={() => clipboard.copy(`berth show ${run.id}`)}>
                Copy “berth show …”
              </Menu.Item>
              <Menu.Item onClick={() => clipboard.copy(`berth logs ${run.id} -f`)}>
                Copy “berth logs …”
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item onClick={() => archive.mutate(!run.archived)}>
                {run.archived ? "Take out of the archive" : "Archive"}
              </Menu.Item>
              <Menu.Item color="red" onClick={() => setDeleting(true)}>
                Delete…
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      {isForeign && (
        <Text size="sm" c="dimmed">
          Launched by another installation of Berth: it can be watched and run again here, not stopped.
        </Text>
      )}
      {run.only_in_history && (
        <Text size="sm" c="dimmed">
          Its objects are gone from the cluster; this is shown from the local history.
        </Text>
      )}
      {failure && <ErrorPanel error={failure} />}
      <DeleteDialog run={run} isOpen={isDeleting} onClose={() => setDeleting(false)} />
    </Stack>
  );
}

/** Stands above a run that is still being read, or cannot be. */
export function UnknownRunHeader() {
  return (
    <Group className={classes.head} gap="sm">
      <BackToRuns />
      <Title order={1} size="h4">
        Run
      </Title>
    </Group>
  );
}

function BackToRuns() {
  return (
    <Anchor size="sm" renderRoot={(props) => <Link to="/runs" {...props} />}>
      <Group gap={4} wrap="nowrap">
        <Icon name="back" size={14} />
        Runs
      </Group>
    </Anchor>
  );
}
