import { Alert, Button, Group, List, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { asIpcError, call, commands, type RunView } from "@/ipc";
import { ConfirmDialog } from "@/shared/ConfirmDialog";
import { plural, sentence } from "@/shared/format";
import { newRunId } from "@/shared/runId";

import { applyChanges, forgetRuns, reloadRuns } from "./api";
import classes from "./runs.module.css";

/** What became of one of several runs. */
type Result = { run: RunView; failure: string | null };

type Deed = {
  name: string;
  done: string;
  applies: (run: RunView) => boolean;
  act: (run: RunView) => Promise<unknown>;
};

/** What can be done with several runs at once; each tells how it went. */
export function BulkBar({ runs, onDone }: { runs: readonly RunView[]; onDone: () => void }) {
  const client = useQueryClient();
  const [doing, setDoing] = useState<string | null>(null);
  const [results, setResults] = useState<{ done: string; all: readonly Result[] } | null>(null);
  const [isAsking, setAsking] = useState(false);

  const deeds: Deed[] = [
    {
      name: "Stop",
      done: "asked to stop",
      applies: (run) => !run.is_final,
      act: async (run) => applyChanges(client, [await call(commands.stopRun(run.id))]),
    },
    {
      name: "Rerun",
      done: "launched again",
      applies: () => true,
      act: async (run) => applyChanges(client, [await call(commands.rerunRun(run.id, newRunId()))]),
    },
    {
      name: "Archive",
      done: "archived",
      applies: (run) => !run.archived,
      act: (run) => call(commands.archiveRun(run.id, true)),
    },
  ];
  const remove: Deed = {
    name: "Delete",
    done: "deleted",
    applies: () => true,
    act: async (run) => {
      await call(commands.deleteRun(run.id, { history: true, objects: !run.only_in_history }));
      forgetRuns(client, [run.id]);
    },
  };

  const carryOut = async (deed: Deed) => {
    setDoing(deed.name);
    setResults(null);
    const all: Result[] = [];
    // One after the other: a cluster is not flooded, and what fails is told by name.
    for (const run of runs.filter(deed.applies)) {
      try {
        await deed.act(run);
        all.push({ run, failure: null });
      } catch (error) {
        all.push({ run, failure: asIpcError(error).message });
      }
    }
    setDoing(null);
    setResults({ done: deed.done, all });
    reloadRuns(client);
  };

  const failures = results?.all.filter((result) => result.failure !== null) ?? [];
  return (
    <Stack gap={6} mb={6}>
      <Group className={classes.bulk} gap="xs" role="group" aria-label="Chosen runs">
        <Text size="sm">{plural(runs.length, "run")} chosen</Text>
        {deeds.map((deed) => (
          <Button
            key={deed.name}
            size="compact-sm"
            variant="default"
            disabled={!runs.some(deed.applies)}
            loading={doing === deed.name}
            onClick={() => void carryOut(deed)}
          >
            {deed.name}
          </Button>
        ))}
        <Button
          size="compact-sm"
          variant="default"
          loading={doing === remove.name}
          onClick={() => setAsking(true)}
        >
          Delete…
        </Button>
        <Button size="compact-sm" variant="subtle" onClick={onDone}>
          Clear the choice
        </Button>
      </Group>
      {results && (
        <Alert color={failures.length > 0 ? "red" : "green"} role="status" aria-label="How it went" p={8}>
          <Text size="sm">
            {plural(results.all.length - failures.length, "run")} {results.done}.
            {failures.length > 0 && ` ${plural(failures.length, "run")} could not be:`}
          </Text>
          {failures.length > 0 && (
            <List size="sm">
              {failures.map(({ run, failure }) => (
                <List.Item key={run.id}>
                  {run.name}: {sentence(failure ?? "")}
                </List.Item>
              ))}
            </List>
          )}
        </Alert>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        title={`Delete ${plural(runs.length, "run")}`}
        confirm={`Delete ${plural(runs.length, "run")}`}
        isDestructive
        onClose={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          void carryOut(remove);
        }}
      >
        <Text size="sm">
          Their history and their logs are deleted, and what still runs of them in the cluster ends. This
          cannot be undone. To only hide them, archive them.
        </Text>
      </ConfirmDialog>
    </Stack>
  );
}
