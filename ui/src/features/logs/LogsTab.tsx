import { Center, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { LogView as StoredLog, RunId } from "@/ipc";
import { ErrorPanel } from "@/shared/ErrorPanel";

import { logStreamsOptions } from "./api";
import { LogView } from "./LogView";
import classes from "./logs.module.css";
import { defaultLog, logKey, logLabel } from "./streams";

type Props = {
  runId: RunId;
  isLive: boolean;
  waiting: string;
  /** When the run started. */
  origin: string;
};

/** The logs of a run: one container of one attempt at a time. */
export function LogsTab({ runId, isLive, waiting, origin }: Props) {
  const query = useQuery({
    ...logStreamsOptions(runId),
    // Another process may be the one that captures; then nobody says that a log grew.
    refetchInterval: isLive ? 2000 : false,
  });
  const [chosen, setChosen] = useState<string | null>(null);
  if (query.isError && !query.data) {
    return (
      <div className={classes.around}>
        <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
      </div>
    );
  }
  const logs: readonly StoredLog[] = query.data ?? [];
  const shown = logs.find((log) => logKey(log) === chosen) ?? defaultLog(logs);
  if (!shown) {
    return (
      <Center className={classes.around}>
        <Text size="sm" c="dimmed">
          {query.isPending
            ? ""
            : isLive
              ? `No log yet: ${waiting}.`
              : "No log was stored: the program never started, or its pod was gone before Berth saw it."}
        </Text>
      </Center>
    );
  }
  return (
    <LogView
      key={logKey(shown)}
      stored={shown}
      isLive={isLive}
      origin={origin}
      choices={logs.map((log) => ({ value: logKey(log), label: logLabel(log, logs) }))}
      onChoose={setChosen}
    />
  );
}
