import { Button, Drawer, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { memo } from "react";

import { tailOptions } from "@/features/logs";
import type { RunView } from "@/ipc";
import { Empty } from "@/shared/Empty";
import { Loaded } from "@/shared/Loaded";

import { runDetailsOptions } from "./api";
import { RunStateBadge } from "./RunStateBadge";
import classes from "./runs.module.css";
import { StartUpBar } from "./StartUpBar";
import { isSchedule } from "./states";
import { Elapsed } from "./Times";
import { WhyCard } from "./WhyCard";

/** Lines of the log that the preview shows. */
const TAIL = 20;

type Props = { run: RunView | undefined; onClose: () => void };

/** A look at a run without leaving the list. */
export const RunDrawer = memo(function RunDrawer({ run, onClose }: Props) {
  return (
    <Drawer
      opened={run !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={run?.name}
      overlayProps={{ backgroundOpacity: 0.15 }}
      transitionProps={{ duration: 100 }}
    >
      {run && <Preview run={run} />}
    </Drawer>
  );
});

function Preview({ run }: { run: RunView }) {
  const details = useQuery(runDetailsOptions(run.id));
  const tail = useQuery({ ...tailOptions(run.id), refetchInterval: run.is_final ? false : 1000 });
  return (
    <Stack gap="sm" fz={13}>
      <Group justify="space-between">
        <Group gap="sm">
          <RunStateBadge run={run} />
          <Text size="sm" c="dimmed">
            {run.function} · {run.context} / {run.namespace} · <Elapsed run={run} />
          </Text>
        </Group>
        <Button
          size="xs"
          renderRoot={(props) => <Link to="/runs/$runId" params={{ runId: run.id }} {...props} />}
        >
          Open
        </Button>
      </Group>
      <WhyCard run={run} values={details.data?.values} />
      <Loaded query={details} what="the run" rows={2}>
        {(read) => !isSchedule(read) && <StartUpBar details={read} />}
      </Loaded>
      <Loaded query={tail} what="the log" rows={6}>
        {(lines) =>
          lines.length === 0 ? (
            <Empty>{run.is_final ? "The program wrote nothing." : "Nothing was written yet."}</Empty>
          ) : (
            <pre className={classes.tail} role="group" aria-label="Last lines of the log" tabIndex={0}>
              {lines.slice(-TAIL).join("\n")}
            </pre>
          )
        }
      </Loaded>
    </Stack>
  );
}
