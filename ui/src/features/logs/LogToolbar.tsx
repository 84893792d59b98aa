import { Button, Group, Select, Switch } from "@mantine/core";
import { memo } from "react";

import type { LogTime } from "@/ipc";

import { FindBar } from "./FindBar";
import classes from "./logs.module.css";
import type { PodWord } from "./streams";
import type { Find } from "./useFind";

const times: { value: LogTime; label: string }[] = [
  { value: "local", label: "Time: local" },
  { value: "utc", label: "Time: UTC" },
  { value: "relative", label: "Time: since start" },
  { value: "off", label: "Time: off" },
];

type Choice = { value: string; label: string };

type Props = {
  /** What a pod of the run is called. */
  pod: PodWord;
  choices: readonly Choice[];
  /** The choice that is shown. */
  shown: string;
  wraps: boolean;
  time: LogTime;
  following: boolean;
  isSaving: boolean;
  find: Find;
  onChoose: (key: string | null) => void;
  onChange: (part: { wraps_logs?: boolean; log_time?: LogTime }) => void;
  onStep: (by: 1 | -1) => void;
  onFollow: (wanted: boolean) => void;
  onSave: () => void;
};

/** Which log is shown and how. */
export const LogToolbar = memo(function LogToolbar(props: Props) {
  const { pod, choices, shown, wraps, time, following, isSaving, find } = props;
  return (
    <Group className={classes.toolbar} gap="md">
      <Select
        size="xs"
        w={230}
        aria-label={`${pod} and container`}
        data={[...choices]}
        value={shown}
        allowDeselect={false}
        onChange={props.onChoose}
      />
      <FindBar find={find} onStep={props.onStep} />
      <Switch
        size="xs"
        label="Wrap"
        checked={wraps}
        onChange={(event) => props.onChange({ wraps_logs: event.currentTarget.checked })}
      />
      <Select
        size="xs"
        w={140}
        aria-label="Time of lines"
        data={times}
        value={time}
        allowDeselect={false}
        onChange={(value) =>
          props.onChange({ log_time: times.find((known) => known.value === value)?.value ?? "local" })
        }
      />
      <Switch
        size="xs"
        label="Follow"
        checked={following}
        onChange={(event) => props.onFollow(event.currentTarget.checked)}
      />
      <Button
        size="compact-xs"
        variant="default"
        loading={isSaving}
        onClick={props.onSave}
        title="The whole log, into your downloads"
      >
        Save
      </Button>
    </Group>
  );
}, isSame);

const others = [
  "pod",
  "shown",
  "wraps",
  "time",
  "following",
  "isSaving",
  "find",
  "onChoose",
  "onChange",
  "onStep",
  "onFollow",
  "onSave",
] as const satisfies readonly (keyof Props)[];

/** The choices are listed anew with each reading of the logs, and rarely are others. */
function isSame(before: Props, after: Props): boolean {
  return (
    others.every((name) => before[name] === after[name]) &&
    before.choices.length === after.choices.length &&
    before.choices.every(({ value, label }, index) => {
      const choice = after.choices[index];
      return choice?.value === value && choice.label === label;
    })
  );
}
