import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { LogsTab } from "@/features/logs";
import { StaleNotice } from "@/features/clusters";
import { ServicePanel } from "@/features/services";
import type { RunDetails } from "@/ipc";
import { Loaded } from "@/shared/Loaded";

import { runDetailsOptions } from "./api";
import { EventsTab } from "./EventsTab";
import { Overview } from "./Overview";
import { RunHeader, UnknownRunHeader } from "./RunHeader";
import classes from "./runs.module.css";
import { isSchedule, isService } from "./states";
import { SchedulePanel } from "./SchedulePanel";
import { StartUpBar } from "./StartUpBar";
import { runTabs, type RunTab } from "./tabs";
import { WhyCard } from "./WhyCard";
import { YamlTab } from "./YamlTab";

type Props = { runId: string; tab: RunTab; onTab: (tab: RunTab) => void };

/** Everything about one run. */
export function RunPage({ runId, tab, onTab }: Props) {
  const query = useQuery(runDetailsOptions(runId));
  return (
    <div className={classes.page}>
      {query.data ? <RunHeader details={query.data} /> : <UnknownRunHeader />}
      <Loaded query={query} what="the run" rows={8} around={classes.notice}>
        {(details) => <Content details={details} tab={tab} onTab={onTab} />}
      </Loaded>
    </div>
  );
}

type ContentProps = { details: RunDetails; tab: RunTab; onTab: (tab: RunTab) => void };

function Content({ details, tab, onTab }: ContentProps) {
  const { run } = details;
  return (
    <>
      <div className={classes.notice}>
        <StaleNotice run={run} />
      </div>
      <WhyCard run={run} values={details.values} />
      <Way details={details} />
      <Tabs
        className={classes.tabs}
        value={tab}
        keepMounted={false}
        onChange={(value) => {
          const chosen = runTabs.find((known) => known === value);
          if (chosen) onTab(chosen);
        }}
      >
        <Tabs.List px="md" aria-label="Parts of the run">
          <Tabs.Tab value="logs">Logs</Tabs.Tab>
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          <Tabs.Tab value="events">Events{details.events.length > 0 && ` ${details.events.length}`}</Tabs.Tab>
          <Tabs.Tab value="yaml">YAML</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="logs" className={classes.tabs}>
          <LogsTab
            runId={run.id}
            isLive={!run.is_final}
            waiting={run.doing}
            kind={isService(run) ? "service" : isSchedule(details) ? "schedule" : "run"}
            origin={run.started ?? run.created}
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
    </>
  );
}

/** How far it is, by what it is: a service, a schedule, or a run with an end. */
function Way({ details }: { details: RunDetails }) {
  if (isService(details.run)) return <ServicePanel details={details} />;
  if (isSchedule(details)) return <SchedulePanel run={details.run} />;
  return <StartUpBar details={details} />;
}
