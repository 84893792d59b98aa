import { Autocomplete, Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { memo, useState, type ReactNode } from "react";

import type { StateCount } from "@/ipc";
import { functionNamesOptions } from "@/features/functions";
import { useProject } from "@/features/projects";
import { count } from "@/shared/format";
import { Icon } from "@/shared/Icon";

import classes from "./runs.module.css";
import { actionLabels, isAction, isSince, type ListSearch } from "./search";
import { groupCount, groupNames, groups } from "./states";
import { ViewMenu } from "./ViewMenu";

type Props = {
  search: ListSearch;
  counts: readonly StateCount[];
  onChange: (search: ListSearch) => void;
};

/** What narrows the list down: drawn anew when that changes, not with each page that is read while scrolling. */
export const RunFilters = memo(function RunFilters({ search, counts, onChange }: Props) {
  const known = useQuery(functionNamesOptions(useProject()));
  return (
    <Stack gap={6}>
      <Group gap={6} wrap="wrap">
        <TypedFilter value={search.text} onChange={(text) => onChange({ ...search, text })}>
          {(field) => (
            <TextInput
              size="xs"
              w={215}
              aria-label="Search runs"
              data-search
              placeholder="Name, id, image, env"
              leftSection={<Icon name="search" size={14} />}
              value={field.value}
              onChange={(event) => field.onChange(event.currentTarget.value)}
            />
          )}
        </TypedFilter>
        <Group gap={4} role="group" aria-label="Filter by state">
          {groupNames.map((name) => (
            <Button
              key={name}
              size="compact-xs"
              variant={search.show === name ? "filled" : "default"}
              aria-pressed={search.show === name}
              onClick={() => onChange({ ...search, show: search.show === name ? undefined : name })}
            >
              {groups[name].label} <span className={classes.count}>{count(groupCount(counts, name))}</span>
            </Button>
          ))}
        </Group>
      </Group>
      <Group gap={6} wrap="wrap">
        <Select
          size="xs"
          w={115}
          aria-label="Action"
          placeholder="Any action"
          clearable
          data={Object.entries(actionLabels).map(([value, label]) => ({ value, label }))}
          value={search.action ?? null}
          onChange={(action) => onChange({ ...search, action: isAction(action) ? action : undefined })}
        />
        <Select
          size="xs"
          w={140}
          aria-label="Function"
          placeholder="Any function"
          clearable
          searchable
          data={[...new Set([...(known.data?.names ?? []), ...(search.function ? [search.function] : [])])]}
          value={search.function ?? null}
          onChange={(name) => onChange({ ...search, function: name ?? undefined })}
        />
        <TypedFilter value={search.label} onChange={(label) => onChange({ ...search, label })}>
          {(field) => (
            <Autocomplete
              size="xs"
              w={140}
              aria-label="Label"
              placeholder="Any label"
              title="A label of the function: key=value, or a key alone"
              data={suggestedLabels(known.data?.labels ?? [])}
              limit={20}
              {...field}
            />
          )}
        </TypedFilter>
        <Select
          size="xs"
          w={115}
          aria-label="Made"
          placeholder="Any time"
          clearable
          data={[
            { value: "day", label: "Last 24 h" },
            { value: "week", label: "Last 7 days" },
            { value: "month", label: "Last 30 days" },
          ]}
          value={search.since ?? null}
          onChange={(since) => onChange({ ...search, since: isSince(since) ? since : undefined })}
        />
        <ViewMenu
          archived={search.archived ?? false}
          onArchived={(archived) => onChange({ ...search, archived: archived || undefined })}
        />
      </Group>
    </Stack>
  );
});

/** Each label, and before it the key alone where several share it. */
function suggestedLabels(labels: readonly string[]): string[] {
  const keys = labels.filter((label) => label.includes("=")).map((label) => label.split("=")[0] ?? "");
  const shared = keys.filter((key, index) => keys.indexOf(key) !== index);
  return [...new Set([...shared, ...labels])].sort();
}

type TypedProps = {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  children: (field: { value: string; onChange: (typed: string) => void }) => ReactNode;
};

/** A filter that is typed: asked after a pause, and cleared when the filters are. */
function TypedFilter({ value = "", onChange, children }: TypedProps) {
  const [typed, setTyped] = useState(value);
  const [asked, setAsked] = useState(value);
  const [seen, setSeen] = useState(value);
  const ask = useDebouncedCallback((text: string) => {
    const wanted = text.trim();
    setAsked(wanted);
    onChange(wanted === "" ? undefined : wanted);
  }, 200);
  if (value !== seen) {
    setSeen(value);
    if (value !== asked) {
      // Not what was typed here: another context, or "Clear filters".
      setAsked(value);
      setTyped(value);
    }
  }
  return children({
    value: typed,
    onChange: (text) => {
      setTyped(text);
      ask(text);
    },
  });
}
