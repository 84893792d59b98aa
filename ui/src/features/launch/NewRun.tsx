import { Alert, Button, Group, List, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useDebouncedValue, useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";

import { useContextLook } from "@/features/clusters";
import { asIpcError } from "@/ipc";
import { ConfirmDialog } from "@/shared/ConfirmDialog";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { Loading } from "@/shared/Loading";
import { newRunId } from "@/shared/runId";
import { useLatest } from "@/shared/useLatest";

import { draftOptions, useCheck, useLaunch, useSaveFunction } from "./api";
import { AdvancedSection } from "./AdvancedSection";
import { CodeSection } from "./CodeSection";
import { DescriptionSection } from "./DescriptionSection";
import { actions, toForm, typedParts, withAction, type Draft, type Place } from "./draft";
import { EnvironmentSection } from "./EnvironmentSection";
import { launchId, type LastTry } from "./identity";
import { BuildSection, ImageSection } from "./ImageSection";
import classes from "./launch.module.css";
import { LimitsSection } from "./LimitsSection";
import { differences, draftKey, keptNames, type Origin } from "./origin";
import { Outcome } from "./Outcome";
import { Part } from "./Part";
import { PlacementSection } from "./PlacementSection";
import { PreviewPane } from "./PreviewPane";
import { partOf, sortProblems, type Field } from "./problems";
import { ProfileSection } from "./ProfileSection";
import { ResourcesSection } from "./ResourcesSection";
import { ScheduleSection } from "./ScheduleSection";
import { SecretsSection } from "./SecretsSection";
import { SectionList, shownParts } from "./SectionList";
import { ServiceSection } from "./ServiceSection";
import { useDraft } from "./useDraft";
import { useJudged } from "./useJudged";
import { usePreview } from "./usePreview";
import { VolumesSection } from "./VolumesSection";

/** Any id does for a preview; the same one each time, so that the same form is the same preview. */
const PREVIEW_ID = "00000000-0000-4000-8000-000000000000";

/** What can be done with a function, in words. */
const words = {
  job: { label: "Job", one: "A job" },
  serve: { label: "Service", one: "A service" },
  deploy: { label: "Deployment", one: "A deployment" },
  build: { label: "Build", one: "A build of an image" },
} as const satisfies Record<Draft["action"], unknown>;

/** What a section needs of the form. */
export type SectionProps = {
  draft: Draft;
  /** Where the run goes, and what is suggested comes from. */
  place: Place;
  change: (part: Partial<Draft>) => void;
  /** What is wrong at a field, once the person paused in it, left it or tried to run. */
  problem: (field: Field) => string | undefined;
  /** The person has left a field. */
  onLeave: (field: Field) => void;
};

type Props = { place: Place; origin?: Origin };

/** The form of a new run, with what was typed into it before. */
export function NewRun({ place, origin = {} }: Props) {
  const stored = useQuery(draftOptions(draftKey(origin, place.project)));
  if (stored.isPending) return <Loading what="what was typed before" rows={8} />;
  return <Form place={place} origin={origin} stored={stored.data ?? null} unread={stored.error} />;
}

type FormProps = Required<Props> & {
  stored: Draft | null;
  /** Why what was typed before cannot be read. */
  unread: Error | null;
};

/** One page, the objects beside it as they would be made. */
function Form({ place: chosen, origin, stored, unread }: FormProps) {
  const navigate = useNavigate();
  const { draft, change, clear, original, isReady, error, retry, unkept } = useDraft(
    origin,
    chosen.project,
    stored,
  );
  // A repeated run goes where the original went, whatever is chosen above.
  const place = useMemo(
    () =>
      original && original.context !== ""
        ? { context: original.context, namespace: original.namespace, project: original.project }
        : chosen,
    [original, chosen],
  );
  const judged = useJudged(stored === null ? [] : typedParts(stored));
  const launch = useLaunch();
  const check = useCheck();
  const save = useSaveFunction();
  const fields = useRef<HTMLDivElement>(null);
  const lastTry = useRef<LastTry | null>(null);

  const form = useMemo(() => toForm(draft, PREVIEW_ID, place), [draft, place]);
  const [settled] = useDebouncedValue(form, 250);
  const hasImage =
    (draft.action === "build" ? draft.base_image + draft.code + draft.address : draft.image).trim() !== "";
  const preview = usePreview(settled, hasImage || judged.isJudging);
  // What was judged as missing and is there by now: told for a moment, it would push away what is clicked next.
  const isFilledSince = (field: Field) =>
    refused === null && Reflect.get(settled, partOf(field)) === "" && Reflect.get(form, partOf(field)) !== "";

  // What the launch itself found stands until something is typed; then the preview's word counts again.
  const refused =
    launch.error && asIpcError(launch.error).fields.length > 0 ? asIpcError(launch.error).fields : null;
  const sorted = sortProblems(
    refused ?? preview.data?.problems ?? [],
    (field) => field === "place" || (shownParts[draft.action]?.has(partOf(field)) ?? false),
  );

  const misplaced = judged.isTold("place") ? sorted.fields.get("place") : undefined;
  const wrong = [...sorted.fields.keys()].filter(judged.isTold);
  const section: SectionProps = {
    draft,
    place,
    change: useLatest((part) => {
      if (launch.isError) launch.reset();
      if (!check.isIdle) check.reset();
      if (!save.isIdle) save.reset();
      change(part);
      judged.onType(Object.keys(part));
    }),
    problem: (field) =>
      judged.isTold(field) && !isFilledSince(field) ? sorted.fields.get(field) : undefined,
    onLeave: useLatest(judged.onLeave),
  };

  const isService = draft.action === "serve" || draft.action === "deploy";
  const look = useContextLook(place.context);
  const [isAsking, setAsking] = useState(false);
  const run = () => {
    if (!isReady) return;
    if (look.is_protected) setAsking(true);
    else launchNow();
  };
  const launchNow = () => {
    if (launch.isPending) return;
    setAsking(false);
    judged.onTry();
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
  const changed = original ? differences({ ...original, id: form.id }, form) : [];
  const kept = keptNames(draft.kept);
  // What was refused is brought into view.
  useEffect(() => {
    if (!refused) return;
    const first = fields.current?.querySelector<HTMLElement>("[aria-invalid='true']");
    first?.focus({ preventScroll: true });
    first?.scrollIntoView({ block: "center" });
  }, [refused]);
  // In every field of the form, code included.
  useHotkeys([["mod+Enter", run]], [], true);

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
              : `${words[draft.action].one} in ${place.context} / ${place.namespace}`}
            {kept.length > 0 && ` · also kept from the original: ${kept.join(", ")}`}
          </Text>
          {misplaced && (
            <Text size="xs" c="red" role="alert">
              {misplaced}
            </Text>
          )}
        </div>
        <SegmentedControl
          size="xs"
          aria-label="Action"
          data={actions.map((action) => ({ value: action, label: words[action].label }))}
          value={draft.action}
          onChange={(chosen) => section.change(withAction(draft, chosen))}
        />
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              clear();
              launch.reset();
              judged.reset();
            }}
          >
            {original ? "Back to the original" : "Clear"}
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={!isReady}
            loading={save.isPending}
            onClick={() => {
              judged.onTry();
              save.mutate(form);
            }}
          >
            Save as function
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={!isReady}
            loading={check.isPending}
            onClick={() => {
              judged.onTry();
              check.mutate(form);
            }}
          >
            Check
          </Button>
          <Button
            size="xs"
            disabled={!isReady}
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
          <ErrorPanel error={error} onRetry={retry} title="What the form is filled from cannot be read" />
        </div>
      )}
      {(unread ?? unkept) && (
        <div className={classes.failure}>
          <ErrorPanel
            error={unread ?? unkept}
            title={unread ? "What was typed before cannot be read" : "What is typed is not kept on disk"}
          />
        </div>
      )}
      <Outcome check={check} save={save} />
      <ConfirmDialog
        isOpen={isAsking}
        title={`Launch on ${look.alias ?? place.context ?? ""}?`}
        keep="Not now"
        confirm="Launch"
        onClose={() => setAsking(false)}
        onConfirm={launchNow}
      >
        <Text size="sm">
          You asked to be asked before anything is launched there. It goes to {place.context} /{" "}
          {place.namespace}.
        </Text>
      </ConfirmDialog>
      <div className={classes.columns}>
        <SectionList draft={draft} wrong={wrong} />
        <Stack ref={fields} className={classes.form} gap="xl">
          {judged.isJudging && sorted.rest.length > 0 && (
            <Alert color="red" variant="light" role="alert">
              <List size="sm">
                {sorted.rest.map((problem) => (
                  <List.Item key={`${problem.path} ${problem.code}`}>{problem.message}</List.Item>
                ))}
              </List>
            </Alert>
          )}
          {isReady ? (
            <>
              {draft.action === "build" ? (
                <Part {...section} of={BuildSection} />
              ) : (
                <Part {...section} of={ImageSection} preview={preview.data} />
              )}
              <Part {...section} of={CodeSection} />
              {isService && <Part {...section} of={ServiceSection} />}
              {draft.action === "job" && <Part {...section} of={ScheduleSection} />}
              <Part {...section} of={EnvironmentSection} />
              <Part {...section} of={SecretsSection} />
              <Part {...section} of={VolumesSection} />
              <Part {...section} of={ProfileSection} preview={preview.data} />
              <Part {...section} of={ResourcesSection} />
              <Part {...section} of={PlacementSection} />
              {!isService && <Part {...section} of={LimitsSection} />}
              <Part {...section} of={AdvancedSection} />
              <Part {...section} of={DescriptionSection} />
            </>
          ) : (
            error === null && <Loading what="what the form is filled from" rows={8} />
          )}
        </Stack>
        <PreviewPane
          preview={preview}
          problems={sorted.fields.size + sorted.rest.length}
          hasImage={hasImage || judged.wasTried}
          changed={changed}
        />
      </div>
    </div>
  );
}
