import { Select, SimpleGrid, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";

import { absoluteTime } from "@/shared/format";

import { nextStartsOptions } from "./api";
import { TypedField } from "./fields";
import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { Section } from "./Section";
import { SuggestedInput } from "./SuggestedInput";

const policies = [
  { value: "", label: "Both run" },
  { value: "Forbid", label: "The new one is left out" },
  { value: "Replace", label: "The old one is ended" },
];

const zones = Intl.supportedValuesOf("timeZone").map((name) => ({ name, note: "" }));

/** When a job starts, again and again. */
export function ScheduleSection(section: SectionProps) {
  const { draft, change, problem, onLeave } = section;
  const isSaid = [draft.schedule, draft.time_zone, draft.concurrency_policy].some((text) => text !== "");
  return (
    <Section title="Schedule">
      <SimpleGrid cols={2} spacing="sm" verticalSpacing="sm">
        <TypedField section={section} name="schedule" label="Starts at" placeholder="once, now" />
        {isSaid && (
          <SuggestedInput
            label="Time zone"
            placeholder="UTC"
            classNames={{ input: classes.mono }}
            suggestions={zones}
            onAsk={() => undefined}
            value={draft.time_zone}
            error={problem("time_zone")}
            onChange={(time_zone) => change({ time_zone })}
            onBlur={() => onLeave("time_zone")}
          />
        )}
        {isSaid && (
          <Select
            label="While the one before still runs"
            data={policies}
            allowDeselect={false}
            value={draft.concurrency_policy === "Allow" ? "" : draft.concurrency_policy}
            error={problem("concurrency_policy")}
            onChange={(policy) => change({ concurrency_policy: policy ?? "" })}
          />
        )}
      </SimpleGrid>
      <Text size="xs" c="dimmed">
        Minute, hour, day, month and weekday, as in <code>30 3 * * 1-5</code>, or <code>@daily</code>,{" "}
        <code>@hourly</code> and the like.
      </Text>
      {draft.schedule.trim() !== "" && <Next schedule={draft.schedule} zone={draft.time_zone} />}
    </Section>
  );
}

/** The times that come next; what is wrong stands at the fields. */
function Next({ schedule, zone }: { schedule: string; zone: string }) {
  const [cron] = useDebouncedValue(schedule.trim(), 250);
  const [place] = useDebouncedValue(zone.trim(), 250);
  const next = useQuery(nextStartsOptions(cron, place));
  if (!next.data || next.data.length === 0) return null;
  return (
    <Text size="xs" aria-label="Next starts" role="status">
      Next, by the clock here: {next.data.map((time) => absoluteTime(time)).join(" · ")}
    </Text>
  );
}
