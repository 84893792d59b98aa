import { Combobox, Modal, Text, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import {
  contextCheckOptions,
  contextListOptions,
  contextLooksOptions,
  type ChosenPlace,
} from "@/features/clusters";
import { functionNamesOptions } from "@/features/functions";
import { projectListOptions, useProject } from "@/features/projects";
import { runListOptions } from "@/features/runs";
import type { ProjectView } from "@/ipc";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { Icon } from "@/shared/Icon";

type Entry = { id: string; label: string; note: string; act: () => void };
type Group = { label: string; entries: Entry[] };

/** Entries of one kind that are shown at most. */
const MOST = 7;

type Props = {
  isOpen: boolean;
  place: ChosenPlace;
  onClose: () => void;
  onContext: (context: string) => void;
  onNamespace: (namespace: string) => void;
  onProject: (project: ProjectView) => void;
};

/** Finds functions to run, runs, contexts, namespaces, projects and screens by a few letters. */
export function Palette({ isOpen, onClose, ...rest }: Props) {
  return (
    <Modal.Root
      opened={isOpen}
      onClose={onClose}
      padding={0}
      size="lg"
      yOffset="12vh"
      transitionProps={{ duration: 80 }}
    >
      <Modal.Overlay />
      <Modal.Content aria-label="Search everything">
        <Modal.Body>{isOpen && <Search onClose={onClose} {...rest} />}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Search({ place, onClose, onContext, onNamespace, onProject }: Omit<Props, "isOpen">) {
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [settled] = useDebouncedValue(text.trim(), 120);
  const combobox = useCombobox({ defaultOpened: true });
  const functions = useQuery(functionNamesOptions(useProject()));
  const contexts = useQuery(contextListOptions());
  const looks = useQuery(contextLooksOptions());
  const projects = useQuery(projectListOptions());
  // Asks the cluster, so only once something is looked for.
  const check = useQuery({
    ...contextCheckOptions(place.context ?? ""),
    enabled: place.context !== null && settled !== "",
  });
  const runs = useInfiniteQuery(runListOptions({ text: settled === "" ? null : settled, archived: true }));

  const reads = [
    { what: "Functions", query: functions },
    { what: "Contexts", query: contexts },
    { what: "Runs", query: runs },
  ];

  // Runs are looked for in the history, a moment behind what is typed.
  const isLooking =
    text.trim() !== settled || runs.isPlaceholderData || reads.some(({ query }) => query.isPending);
  const wanted = text.trim().toLowerCase();
  const has = (label: string) => label.toLowerCase().includes(wanted);
  const groups: Group[] = [
    {
      label: "Screens",
      entries: [
        { id: "screen.runs", label: "Runs", note: "", act: () => void navigate({ to: "/runs" }) },
        {
          id: "screen.functions",
          label: "Functions",
          note: "",
          act: () => void navigate({ to: "/functions" }),
        },
        {
          id: "screen.services",
          label: "Services",
          note: "",
          act: () => void navigate({ to: "/services" }),
        },
        {
          id: "screen.profiles",
          label: "Profiles",
          note: "",
          act: () => void navigate({ to: "/profiles" }),
        },
        { id: "screen.secrets", label: "Secrets", note: "", act: () => void navigate({ to: "/secrets" }) },
        { id: "screen.settings", label: "Settings", note: "", act: () => void navigate({ to: "/settings" }) },
        { id: "screen.new", label: "New run", note: "", act: () => void navigate({ to: "/new" }) },
      ].filter((entry) => has(entry.label)),
    },
    {
      label: "Run a function",
      entries: (functions.data?.names ?? [])
        .filter(has)
        .slice(0, MOST)
        .map((name) => ({
          id: `function.${name}`,
          label: name,
          note: "",
          act: () => void navigate({ to: "/new", search: { function: name } }),
        })),
    },
    {
      label: "Runs",
      entries: (runs.data?.pages[0]?.runs ?? []).slice(0, MOST).map((run) => ({
        id: `run.${run.id}`,
        label: run.name,
        note: `${run.word} · ${run.context} / ${run.namespace}`,
        act: () => void navigate({ to: "/runs/$runId", params: { runId: run.id } }),
      })),
    },
    {
      label: "Switch to a context",
      entries: (contexts.data?.contexts ?? [])
        .map((context) => ({ ...context, alias: looks.data?.[context.name]?.alias ?? context.name }))
        .filter(({ problem, name, alias }) => problem === null && (has(name) || has(alias)))
        .slice(0, MOST)
        .map((context) => ({
          id: `context.${context.name}`,
          label: context.alias,
          note: [context.alias === context.name ? "" : context.name, context.cluster]
            .filter(Boolean)
            .join(" · "),
          act: () => onContext(context.name),
        })),
    },
    {
      label: `Switch to a namespace of ${place.context ?? ""}`,
      entries: (wanted === "" ? [] : (check.data?.namespaces ?? []))
        .filter((namespace) => has(namespace) && namespace !== place.namespace)
        .slice(0, MOST)
        .map((namespace) => ({
          id: `namespace.${namespace}`,
          label: namespace,
          note: "",
          act: () => onNamespace(namespace),
        })),
    },
    {
      label: "Switch to a project",
      entries: (projects.data ?? [])
        .filter((project) => has(project.name))
        .slice(0, MOST)
        .map((project) => ({
          id: `project.${project.name}`,
          label: project.name,
          note: project.description ?? "",
          act: () => onProject(project),
        })),
    },
  ].filter((group) => group.entries.length > 0);
  const submit = (id: string) => {
    onClose();
    groups
      .flatMap((group) => group.entries)
      .find((entry) => entry.id === id)
      ?.act();
  };

  return (
    <Combobox store={combobox} onOptionSubmit={submit} withinPortal={false}>
      <Combobox.EventsTarget>
        <TextInput
          size="md"
          variant="unstyled"
          px="sm"
          aria-label="Search everything"
          placeholder="A run, a function, a context, a namespace, a screen"
          data-autofocus
          leftSection={<Icon name="search" />}
          // The list's own Escape closes the list alone.
          onKeyDown={(event) => event.key === "Escape" && onClose()}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            combobox.resetSelectedOption();
          }}
        />
      </Combobox.EventsTarget>
      <Combobox.Options aria-label="What was found" mah="55vh" style={{ overflowY: "auto" }} tabIndex={0}>
        {groups.map((group) => (
          <Combobox.Group key={group.label} label={group.label}>
            {group.entries.map((entry) => (
              <Combobox.Option key={entry.id} value={entry.id}>
                {entry.label}
                {entry.note && (
                  <Text span size="xs" c="dimmed" ml="xs">
                    {entry.note}
                  </Text>
                )}
              </Combobox.Option>
            ))}
          </Combobox.Group>
        ))}
        {groups.length === 0 && (
          <Combobox.Empty>{isLooking ? "Looking…" : "Nothing has that in its name."}</Combobox.Empty>
        )}
        {reads
          .filter(({ query }) => query.isError)
          .map(({ what, query }) => (
            <ErrorPanel
              key={what}
              error={query.error}
              title={`${what} cannot be searched`}
              onRetry={() => void query.refetch()}
            />
          ))}
      </Combobox.Options>
    </Combobox>
  );
}
