import { Group, SegmentedControl, Text } from "@mantine/core";
import { useState } from "react";

import type { RunDetails } from "@/ipc";
import { useNow } from "@/shared/useNow";

import classes from "./runs.module.css";
import { attemptsOf, segments } from "./spans";

/** What an attempt spent its time on, from the submission on: live, and kept when the cluster has forgotten it. */
export function StartUpBar({ details }: { details: RunDetails }) {
  const now = useNow();
  const attempts = attemptsOf(details);
  const [chosen, setChosen] = useState<number | null>(null);
  const newest = attempts.at(-1);
  if (newest === undefined) return null;
  const attempt = chosen !== null && attempts.includes(chosen) ? chosen : newest;
  const steps = segments(details.spans, attempt, now);
  const pod = details.attempts.find((each) => each.number === attempt);
  return (
    <section className={classes.startUp} aria-label="What the time was spent on">
      <Group gap="sm" wrap="nowrap" mb={4}>
        {attempts.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label="Attempt"
            data={attempts.map((number) => ({ value: String(number), label: `Attempt ${number}` }))}
            value={String(attempt)}
            onChange={(value) => setChosen(Number(value))}
          />
        )}
        {pod && (
          <Text size="xs" c="dimmed" className={classes.cut}>
            pod {pod.pod}
            {pod.node && ` on ${pod.node}`}
          </Text>
        )}
      </Group>
      <ol className={classes.steps}>
        {steps.map((step, index) => (
          <li
            key={index}
            className={classes.step}
            data-step={step.step}
            data-open={step.isOpen || undefined}
            style={{ flexGrow: Math.max(1, Math.log2(1 + step.milliseconds / 250)) }}
            title={`${step.label}: ${step.length}`}
          >
            <span className={classes.stepBar} aria-hidden="true" />
            <span className={classes.stepLabel}>{step.label}</span>
            <span className={classes.stepLength}>{step.length}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
