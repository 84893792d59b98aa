import { Alert, Button, Group, List, Modal, Stack, Text, Title } from "@mantine/core";
import { useDebouncedValue, useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";

import { useContextLook } from "@/features/clusters";
import { asIpcError } from "@/ipc";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { newRunId } from "@/shared/runId";

import { previewOptions, useCheck, useLaunch, useSaveFunction } from "./api";
import { CodeSection } from "./CodeSection";
import { toForm, type Draft, type Place } from "./draft";
import { EnvironmentSection } from "./EnvironmentSection";
import { launchId, type LastTry } from "./identity";
import { ImageSection } from "./ImageSection";
import classes from "./launch.module.css";
import { LimitsSection } from "./LimitsSection";
import { differences, keptNames, type Origin } from "./origin";
import { Outcome } from "./Outcome";
import { PlacementSection } from "./PlacementSection";
import { PreviewPane } from "./PreviewPane";
import { sortProblems, type Field } from "./problems";
import { ResourcesSection } from "./ResourcesSection";
import { SectionList } from "./SectionList";
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
export function NewRun({ place: chosen, origin = {} }: { place: Place; origin?: Origin }) {
  const navigate = useNavigate();
  const { draft, change, clear, original, isLoading, error } = useDraft(origin);
  // A repeated run goes where the original went, whatever is chosen above.
  const place = useMemo(
    () =>
      original && original.context !== ""
        ? { context: original.context, namespace: original.namespace }
        : chosen,
    [original, chosen],
  );
  const [left, setLeft] = useState<ReadonlySet<Field>>(new Set());
  const [wasTried, setTried] = useState(false);
  const launch = useLaunch();
  const check = useCheck();
  const save = useSaveFunction();
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
      if (!check.isIdle) check.reset();
      if (!save.isIdle) save.reset();
      change(part);
    },
    problem: (field) => (wasTried || left.has(field) ? sorted.fields.get(field) : undefined),
    onLeave: (field) => setLeft((known) => (known.has(field) ? known : new Set(known).add(field))),
  };

  const look = useContextLook(place.context);
  const [isAsking, setAsking] = useState(false);
  const run = () => {
    if (look.is_protected) setAsking(true);
    else launchNow();
  };
  const launchNow = () => {
    if (launch.isPending) return;
    setAsking(false);
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
  const changed = original
    ? differences({ ...original, id: form.id }, { ...form, project: original.project })
    : [];
  const kept = keptNames(draft.kept);
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
            {origin.from ? "Edit and rerun" : origin.function ? `New run of ${origin.function}` : "New run"}
          </Title>
          <Text size="sm" c="dimmed">
            {place.context === null
              ? "No context is chosen: choose one above."
              : `A job in ${place.context} / ${place.namespace}`}
            {kept.length > 0 && ` · also kept from the original: ${kept.join(", ")}`}
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
            {original ? "Back to the original" : "Clear"}
          </Button>
          <Button
            size="xs"
            variant="default"
            loading={save.isPending}
            onClick={() => {
              setTried(true);
              save.mutate(form);
            }}
          >
            Save as function
          </Button>
          <Button
            size="xs"
            variant="default"
            loading={check.isPending}
            onClick={() => {
              setTried(true);
              check.mutate(form);
            }}
          >
            Check
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
      {error !== null && (
        <div className={classes.failure}>
          <ErrorPanel error={error} title="What the form is filled from cannot be read" />
        </div>
      )}
      <Outcome check={check} save={save} />
      <Modal
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={`Launch on ${look.alias ?? place.context ?? ""}?`}
        transitionProps={{ duration: 100 }}
      >
        <Stack>
          <Text size="sm">
            You asked to be asked before anything is launched there. It goes to {place.context} /{" "}
            {place.namespace}.
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setAsking(false)}>
              Not now
            </Button>
            <Button data-autofocus onClick={launchNow}>
              Launch
            </Button>
          </Group>
        </Stack>
      </Modal>
      <div className={classes.columns}>
        <SectionList draft={draft} problems={wasTried || left.size > 0 ? sorted : undefined} />
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
          <PlacementSection {...section} />
          <LimitsSection {...section} />
        </Stack>
        <PreviewPane
          preview={preview.data}
          error={preview.error}
          problems={sorted.fields.size + sorted.rest.length}
          hasImage={draft.image.trim() !== "" || isLoading}
          changed={changed}
        />
      </div>
    </div>
  );
}
