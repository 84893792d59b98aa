import { Alert, Button, Group, List, Stack, Text, Title } from "@mantine/core";
import { useDebouncedValue, useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";

import { asIpcError } from "@/ipc";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { newRunId } from "@/shared/runId";

import { previewOptions, useLaunch } from "./api";
import { CodeSection } from "./CodeSection";
import { toForm, type Draft, type Place } from "./draft";
import { EnvironmentSection } from "./EnvironmentSection";
import { launchId, type LastTry } from "./identity";
import { ImageSection } from "./ImageSection";
import classes from "./launch.module.css";
import { PreviewPane } from "./PreviewPane";
import { sortProblems, type Field } from "./problems";
import { ResourcesSection } from "./ResourcesSection";
import { useDraft } from "./useDraft";

/** Any id does for a preview; the same one each time, so that the same form is the same preview. */
const PREVIEW_ID = "00000000-0000-4000-8000-000000000000";

/** What a section needs of the form. */
export type SectionProps = {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  /** What is wrong at a field, once the person has left it or tried to run. */
  problem: (field: Field) => string | undefined;
  /** The person has left a field. */
  onLeave: (field: Field) => void;
};

/** The form of a new run: one page, the objects beside it as they would be made. */
export function NewRun({ place }: { place: Place }) {
  const navigate = useNavigate();
  const { draft, change, clear } = useDraft();
  const [left, setLeft] = useState<ReadonlySet<Field>>(new Set());
  const [wasTried, setTried] = useState(false);
  const launch = useLaunch();
  const fields = useRef<HTMLDivElement>(null);
  const lastTry = useRef<LastTry | null>(null);

  const form = useMemo(() => toForm(draft, PREVIEW_ID, place), [draft, place]);
  const [settled] = useDebouncedValue(form, 250);
  const preview = useQuery({ ...previewOptions(settled), enabled: draft.image.trim() !== "" || wasTried });

  // What the launch itself found stands until something is typed; then the preview's word counts again.
  const refused =
    launch.error && asIpcError(launch.error).fields.length > 0 ? asIpcError(launch.error).fields : null;
  const sorted = sortProblems(refused ?? preview.data?.problems ?? []);

  const section: SectionProps = {
    draft,
    change: (part) => {
      if (launch.isError) launch.reset();
      change(part);
    },
    problem: (field) => (wasTried || left.has(field) ? sorted.fields.get(field) : undefined),
    onLeave: (field) => setLeft((known) => (known.has(field) ? known : new Set(known).add(field))),
  };

  const run = () => {
    if (launch.isPending) return;
    setTried(true);
    const content = JSON.stringify(form);
    const id = launchId(lastTry.current, content, newRunId);
    launch.mutate(
      { ...form, id },
      {
        onSuccess: (row) => {
          clear();
          void navigate({ to: "/runs/$runId", params: { runId: row.id } });
        },
        onError: (error) => {
          lastTry.current = { id, content, code: asIpcError(error).code };
        },
      },
    );
  };
  // What was refused is brought into view.
  useEffect(() => {
    if (!refused) return;
    const first = fields.current?.querySelector<HTMLElement>("[aria-invalid='true']");
    first?.focus({ preventScroll: true });
    first?.scrollIntoView({ block: "center" });
  }, [refused]);
  useHotkeys([["mod+Enter", run]], []);

  return (
    <div className={classes.screen}>
      <Group className={classes.head} justify="space-between">
        <div>
          <Title order={1} size="h3">
            New run
          </Title>
          <Text size="sm" c="dimmed">
            {place.context === null
              ? "No context is chosen: choose one above."
              : `A job in ${place.context} / ${place.namespace}`}
          </Text>
        </div>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              clear();
              launch.reset();
              setLeft(new Set());
              setTried(false);
            }}
          >
            Clear
          </Button>
          <Button
            size="xs"
            loading={launch.isPending}
            onClick={run}
            rightSection={<Text size="xs">Ctrl ⏎</Text>}
          >
            Run
          </Button>
        </Group>
      </Group>
      {launch.error && refused === null && (
        <div className={classes.failure}>
          <ErrorPanel error={launch.error} />
        </div>
      )}
      <div className={classes.columns}>
        <Stack ref={fields} className={classes.form} gap="xl">
          {(wasTried || left.size > 0) && sorted.rest.length > 0 && (
            <Alert color="red" variant="light" role="alert">
              <List size="sm">
                {sorted.rest.map((problem) => (
                  <List.Item key={`${problem.path} ${problem.code}`}>{problem.message}</List.Item>
                ))}
              </List>
            </Alert>
          )}
          <ImageSection {...section} preview={preview.data} />
          <CodeSection {...section} />
          <EnvironmentSection {...section} />
          <ResourcesSection {...section} />
        </Stack>
        <PreviewPane
          preview={preview.data}
          error={preview.error}
          problems={sorted.fields.size + sorted.rest.length}
          hasImage={draft.image.trim() !== ""}
        />
      </div>
    </div>
  );
}
