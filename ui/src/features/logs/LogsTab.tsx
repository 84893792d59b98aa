import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { RunId } from "@/ipc";
import { Empty } from "@/shared/Empty";
import { Loaded } from "@/shared/Loaded";

import { logStreamsOptions } from "./api";
import { LogView } from "./LogView";
import classes from "./logs.module.css";
import { defaultLog, logKey, logLabel } from "./streams";

type Props = {
  runId: RunId;
  isLive: boolean;
  waiting: string;
  /** What it is: a service has copies and no attempts, a schedule has no log of its own. */
  kind: "run" | "service" | "schedule";
  /** When the run started. */
  origin: string;
};

/** The logs of a run: one container of one attempt at a time. */
export function LogsTab({ runId, isLive, waiting, kind, origin }: Props) {
  const query = useQuery({
    ...logStreamsOptions(runId),
    // Another process may be the one that captures; then nobody says that a log grew.
    refetchInterval: isLive ? 2000 : false,
  });
  const [chosen, setChosen] = useState<string | null>(null);
  const pod = kind === "service" ? "Copy" : "Attempt";
  return (
    <Loaded query={query} what="the log" rows={8} around={classes.around}>
      {(logs) => {
        const shown = logs.find((log) => logKey(log) === chosen) ?? defaultLog(logs);
        if (!shown) return kind === "schedule" ? <OfSchedule /> : <NoLog isLive={isLive} waiting={waiting} />;
        return (
          <LogView
            key={logKey(shown)}
            stored={shown}
            isLive={isLive}
            origin={origin}
            pod={pod}
            choices={logs.map((log) => ({ value: logKey(log), label: logLabel(log, logs, pod) }))}
            onChoose={setChosen}
          />
        );
      }}
    </Loaded>
  );
}

function OfSchedule() {
  return (
    <Empty title="A schedule has no log of its own">
      <Text size="sm">
        It starts a run at each of its times. Those runs are listed above, each with its log.
      </Text>
    </Empty>
  );
}

function NoLog({ isLive, waiting }: { isLive: boolean; waiting: string }) {
  return (
    <Empty title={isLive ? "No log yet" : "No log was stored"}>
      <Text size="sm">
        {isLive
          ? `It begins when the program does. Now: ${waiting}.`
          : "The program never started, or its pod was gone before Berth saw it."}
      </Text>
    </Empty>
  );
}
