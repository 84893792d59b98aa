import { Skeleton, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { LogsTab } from "@/features/logs";
import { StaleNotice } from "@/features/clusters";
import { ErrorPanel } from "@/shared/ErrorPanel";

import { runDetailsOptions } from "./api";
import { EventsTab } from "./EventsTab";
import { Overview } from "./Overview";
import { RunHeader } from "./RunHeader";
import classes from "./runs.module.css";
import { StartUpBar } from "./StartUpBar";
import { WhyCard } from "./WhyCard";
import { YamlTab } from "./YamlTab";

export const runTabs = ["logs", "overview", "events", "yaml"] as const;
export type RunTab = (typeof runTabs)[number];

type Props = { runId: string; tab: RunTab; onTab: (tab: RunTab) => void };

/** Everything about one run. */
export function RunPage({ runId, tab, onTab }: Props) {
  const query = useQuery(runDetailsOptions(runId));
  if (query.isError && !query.data) {
    return (
      <div className={classes.padded}>
        <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
      </div>
    );
  }
  if (!query.data) {
    return (
      <div className={`${classes.padded} ${classes.late}`} role="status" aria-label="Loading the run">
        <Skeleton height={28} w={420} mb="md" />
        <Skeleton height={240} />
      </div>
    );
  }
  const details = query.data;
  return (
    <div className={classes.page}>
      <RunHeader details={details} />
      <StaleNotice run={details.run} />
      <WhyCard run={details.run} values={details.values} />
      <StartUpBar details={details} />
      <Tabs
        className={classes.tabs}
        value={tab}
        keepMounted={false}
        onChange={(value) => {
          const chosen = runTabs.find((known) => known === value);
          if (chosen) onTab(chosen);
        }}
      >
        <Tabs.List px="md">
          <Tabs.Tab value="logs">Logs</Tabs.Tab>
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          <Tabs.Tab value="events">Events{details.events.length > 0 && ` ${details.events.length}`}</Tabs.Tab>
          <Tabs.Tab value="yaml">YAML</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="logs" className={classes.tabs}>
          <LogsTab
            runId={runId}
            isLive={!details.run.is_final}
            waiting={details.run.doing}
            origin={details.run.started ?? details.run.created}
          />
        </Tabs.Panel>
        <Tabs.Panel value="overview" className={classes.panel} tabIndex={0}>
          <Overview details={details} />
        </Tabs.Panel>
        <Tabs.Panel value="events" className={classes.panel} tabIndex={0}>
          <EventsTab events={details.events} transitions={details.transitions} />
        </Tabs.Panel>
        <Tabs.Panel value="yaml" className={classes.panel} tabIndex={0}>
          <YamlTab details={details} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
