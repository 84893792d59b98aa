import { Anchor, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { useResume } from "@/features/services";
import { useIsForeign } from "@/features/settings";
import type { RunView, ScheduleDetails } from "@/ipc";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { absoluteTime } from "@/shared/format";
import { Loaded } from "@/shared/Loaded";
import { newRunId } from "@/shared/runId";

import { scheduleOptions, useTrigger } from "./api";
import { RunStateBadge } from "./RunStateBadge";
import classes from "./runs.module.css";
import { Elapsed } from "./Times";

/** A schedule: when it starts something next, what it started, and what can be done with it. */
export function SchedulePanel({ run }: { run: RunView }) {
  const query = useQuery(scheduleOptions(run.id));
  return (
    <section className={classes.schedule} aria-label="Schedule">
      <Loaded query={query} what="the schedule" rows={2}>
        {(details) => details && <Content run={run} details={details} />}
      </Loaded>
    </section>
  );
}

const overlaps = {
  Allow: "overlapping runs go on side by side",
  Forbid: "nothing is started while a run goes on",
  Replace: "a run that still goes on is ended by the next",
} as const;

function Content({ run, details: { schedule, starts } }: { run: RunView; details: ScheduleDetails }) {
  const trigger = useTrigger(run.id);
  const resume = useResume(run.id);
  const isForeign = useIsForeign(run);
  const failure = trigger.error ?? resume.error;
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <Text size="sm" fw={500} className={classes.mono}>
          {schedule.cron}
        </Text>
        <Text size="sm" c="dimmed">
          {schedule.time_zone} · {overlaps[schedule.concurrency_policy]}
        </Text>
        {schedule.is_suspended && (
          <Badge variant="dot" color="yellow" tt="none">
            suspended
          </Badge>
        )}
        {!run.is_final && !isForeign && (
          <>
            <Button size="xs" loading={trigger.isPending} onClick={() => trigger.mutate(newRunId())}>
              Run now
            </Button>
            {schedule.is_suspended && (
              <Button size="xs" variant="default" loading={resume.isPending} onClick={() => resume.mutate()}>
                Resume
              </Button>
            )}
          </>
        )}
      </Group>
      {failure && <ErrorPanel error={failure} />}
      {schedule.next.length > 0 && (
        <Text size="sm" aria-label="Next starts">
          Next, by the clock here: {schedule.next.map((time) => absoluteTime(time)).join(" · ")}
        </Text>
      )}
      {starts.length === 0 ? (
        <Text size="sm" c="dimmed">
          It has started nothing yet.
        </Text>
      ) : (
        <ul className={classes.starts} aria-label="Runs of the schedule">
          {starts.map((start) => (
            <li key={start.id}>
              <RunStateBadge run={start} />
              <Anchor
                inherit
                renderRoot={(props) => <Link to="/runs/$runId" params={{ runId: start.id }} {...props} />}
              >
                {start.name}
              </Anchor>
              <span>{absoluteTime(start.started ?? start.created)}</span>
              <Elapsed run={start} />
            </li>
          ))}
        </ul>
      )}
    </Stack>
  );
}
