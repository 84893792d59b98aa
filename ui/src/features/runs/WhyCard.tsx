import { Alert, Button, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { RunView, SpecValue } from "@/ipc";
import { absoluteTime } from "@/shared/format";

import { memoryToTry } from "./advice";
import classes from "./runs.module.css";
import { reasonWords, stateLabel } from "./states";

type Props = { run: RunView; values?: readonly SpecValue[] | undefined };

/** Why a run failed, was lost, or does not move, and what to do about it. */
export function WhyCard({ run, values }: Props) {
  const isBad = run.word === "failed" || run.word === "lost";
  const isBlocked = run.phase === "blocked" && !run.is_final && run.word !== "stopped";
  if (!isBad && !isBlocked) return null;
  const memory = memoryToTry(run, values);
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
        title={whyTitle(run)}
        role="group"
      >
        {run.message && <Text size="sm">{run.message}</Text>}
        <Group gap="xs" mt={6}>
          {memory !== null && (
            <Button
              size="compact-sm"
              renderRoot={(props) => <Link to="/new" search={{ from: run.id, memory }} {...props} />}
            >
              Rerun with {memoryWords(memory)}
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="default"
            renderRoot={(props) => <Link to="/new" search={{ from: run.id }} {...props} />}
          >
            Edit & rerun
          </Button>
          {raw.length > 0 && (
            <Text size="xs" c="dimmed">
              {raw.join(" · ")}
            </Text>
          )}
        </Group>
      </Alert>
    </section>
  );
}

/** "1Gi" as people read it: "1 GiB". */
function memoryWords(amount: string): string {
  return `${amount.replace(/^(\d+)/, "$1 ")}B`;
}

function whyTitle(run: RunView): string {
  if (run.reason === "ExitCode" && run.exit_code !== null) return `Exit code ${run.exit_code}`;
  return run.reason ? reasonWords(run.reason) : stateLabel(run.word);
}
