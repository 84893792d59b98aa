import { Combobox, Modal, ScrollArea, Text, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { contextListOptions } from "@/features/clusters";
import { functionListOptions } from "@/features/functions";
import { runListOptions } from "@/features/runs";
import { Icon } from "@/shared/Icon";

type Entry = { id: string; label: string; note: string; act: () => void };
type Group = { label: string; entries: Entry[] };

/** Entries of one kind that are shown at most. */
const MOST = 7;

type Props = { isOpen: boolean; onClose: () => void; onContext: (context: string) => void };

/** Finds functions to run, runs, contexts and screens by a few letters. */
export function Palette({ isOpen, onClose, onContext }: Props) {
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
        <Modal.Body>{isOpen && <Search onClose={onClose} onContext={onContext} />}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Search({ onClose, onContext }: Omit<Props, "isOpen">) {
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [settled] = useDebouncedValue(text.trim(), 120);
  const combobox = useCombobox({ defaultOpened: true });
  const functions = useQuery(functionListOptions());
  const contexts = useQuery(contextListOptions());
  const runs = useInfiniteQuery(runListOptions({ text: settled === "" ? null : settled, archived: true }));

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
        { id: "screen.settings", label: "Settings", note: "", act: () => void navigate({ to: "/settings" }) },
        { id: "screen.new", label: "New run", note: "", act: () => void navigate({ to: "/new" }) },
      ].filter((entry) => has(entry.label)),
    },
    {
      label: "Run a function",
      entries: (functions.data ?? [])
        .filter((each) => has(each.name))
        .slice(0, MOST)
        .map((each) => ({
          id: `function.${each.name}`,
          label: each.name,
          note: `version ${each.version}`,
          act: () => void navigate({ to: "/new", search: { function: each.name } }),
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
        .filter((context) => context.problem === null && has(context.name))
        .slice(0, MOST)
        .map((context) => ({
          id: `context.${context.name}`,
          label: context.name,
          note: context.cluster ?? "",
          act: () => onContext(context.name),
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
          placeholder="A run, a function, a context, a screen"
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
      <Combobox.Options aria-label="What was found">
        <ScrollArea.Autosize mah="55vh">
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
          {groups.length === 0 && <Combobox.Empty>Nothing has that in its name.</Combobox.Empty>}
        </ScrollArea.Autosize>
      </Combobox.Options>
    </Combobox>
  );
}
