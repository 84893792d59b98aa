import { Button, Group, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { StateCount } from "@/ipc";
import { functionListOptions } from "@/features/functions";
import { count } from "@/shared/format";
import { Icon } from "@/shared/Icon";

import classes from "./runs.module.css";
import { isSince, type ListSearch } from "./search";
import { groupCount, groupNames, groups } from "./states";
import { ViewMenu } from "./ViewMenu";

type Props = {
  search: ListSearch;
  counts: readonly StateCount[];
  onChange: (search: ListSearch) => void;
};

/** What narrows the list down. */
export function RunFilters({ search, counts, onChange }: Props) {
  const functions = useQuery(functionListOptions());
  const [text, setText] = useState(search.text ?? "");
  const changeText = useDebouncedCallback(
    (typed: string) => onChange({ ...search, text: typed === "" ? undefined : typed }),
    200,
  );
  return (
    <Group gap={6} wrap="wrap">
      <TextInput
        size="xs"
        w={215}
        aria-label="Search runs"
        data-search
        placeholder="Name, id, image, env"
        leftSection={<Icon name="search" size={14} />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          changeText(event.currentTarget.value);
        }}
      />
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
      <Select
        size="xs"
        w={125}
        aria-label="Function"
        placeholder="Any function"
        clearable
        searchable
        data={[
          ...new Set([
            ...(functions.data ?? []).map((each) => each.name),
            ...(search.function ? [search.function] : []),
          ]),
        ]}
        value={search.function ?? null}
        onChange={(name) => onChange({ ...search, function: name ?? undefined })}
      />
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
  );
}
