import { Alert, Text } from "@mantine/core";

import type { RunView } from "@/ipc";
import { absoluteTime } from "@/shared/format";

import classes from "./runs.module.css";
import { reasonWords, stateLabel } from "./states";

/** Why a run failed, was lost, or does not move. */
export function WhyCard({ run }: { run: RunView }) {
  const isBad = run.word === "failed" || run.word === "lost";
  const isBlocked = run.phase === "blocked" && !run.is_final;
  if (!isBad && !isBlocked) return null;
  const title = whyTitle(run);
  const raw = [
    run.reason && `reason ${run.reason}`,
    run.exit_code !== null && `exit code ${run.exit_code}`,
    run.attempts > 1 && `after ${run.attempts} attempts`,
    run.finished && `ended ${absoluteTime(run.finished)}`,
  ].filter(Boolean);
  return (
    <section className={classes.why} aria-label="Why">
      <Alert
        color={isBlocked ? "yellow" : run.word === "lost" ? "gray" : "red"}
        variant="light"
        title={title}
        role="group"
      >
        {run.message && <Text size="sm">{run.message}</Text>}
        {raw.length > 0 && (
          <Text size="xs" c="dimmed" mt={4}>
            {raw.join(" · ")}
          </Text>
        )}
      </Alert>
    </section>
  );
}

function whyTitle(run: RunView): string {
  if (run.reason === "ExitCode" && run.exit_code !== null) return `Exit code ${run.exit_code}`;
  return run.reason ? reasonWords(run.reason) : stateLabel(run.word);
}
