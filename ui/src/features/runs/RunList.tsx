import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { NextPlace, StaleNotice } from "@/features/clusters";
import { useProject } from "@/features/projects";
import { preferencesOptions, usePreferences } from "@/features/settings";
import type { StateCount } from "@/ipc";
import { Empty } from "@/shared/Empty";
import { Icon } from "@/shared/Icon";
import { Loaded } from "@/shared/Loaded";
import { useLatest } from "@/shared/useLatest";

import { runListOptions } from "./api";
import { shownColumns } from "./columns";
import { RunFilters } from "./RunFilters";
import { RunTable } from "./RunTable";
import classes from "./runs.module.css";
import { filterOf, isNarrowed, type ListSearch } from "./search";
import { useListChoice } from "./useListChoice";

const noCounts: readonly StateCount[] = [];

type Props = { search: ListSearch; onSearch: (search: ListSearch) => void };

/** The first screen: all runs, newest first unless they are sorted. `search` is what the address asks for. */
export function RunList({ search: address, onSearch: onAddress }: Props) {
  const { search, order, onSearch, onOrder } = useListChoice(address, onAddress);
  const narrow = useLatest(onSearch);
  // When the list was opened: a question that moved with the clock would be asked anew each minute.
  const [opened] = useState(() => Date.now());
  const project = useProject();
  const filter = { ...filterOf(search, order, opened), project };
  // How the list was last looked at is part of the question.
  const isKnown = !useQuery(preferencesOptions()).isPending;
  const query = useInfiniteQuery({ ...runListOptions(filter), enabled: isKnown });
  const pages = query.data?.pages;
  const runs = useMemo(() => pages?.flatMap((page) => page.runs) ?? [], [pages]);
  const counts = pages?.[0]?.counts ?? noCounts;
  const [preferences] = usePreferences();
  const hasSeveralPlaces = useMemo(
    () => new Set(runs.map((run) => `${run.context}\n${run.namespace}`)).size > 1,
    [runs],
  );
  const hidden = preferences.hidden_columns;
  const columns = useMemo(() => shownColumns(hidden ?? [], hasSeveralPlaces), [hidden, hasSeveralPlaces]);

  return (
    <Stack className={classes.screen} gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          Runs
        </Title>
      </Group>
      <RunFilters search={search} counts={counts} onChange={narrow} />
      <StaleNotice />
      <Loaded query={query} what="runs" rows={6}>
        {() =>
          runs.length === 0 ? (
            <Nothing
              isNarrowed={isNarrowed(search)}
              onClear={() => onSearch({ archived: search.archived })}
            />
          ) : (
            <RunTable
              // Another question is another list: it begins at its top, with nothing chosen.
              key={JSON.stringify(filter)}
              runs={runs}
              columns={columns}
              order={order}
              onOrder={onOrder}
              // What failed is asked again by the person, not by every drawing of the list.
              hasMore={query.hasNextPage && !query.isFetchNextPageError}
              isReading={query.isFetchingNextPage}
              onMore={() => void query.fetchNextPage()}
            />
          )
        }
      </Loaded>
    </Stack>
  );
}

function Nothing({ isNarrowed: narrowed, onClear }: { isNarrowed: boolean; onClear: () => void }) {
  if (narrowed) {
    return (
      <Empty title="No run matches">
        <Text size="sm">Nothing in the history fits the search and the filters.</Text>
        <Button size="xs" variant="default" onClick={onClear}>
          Clear filters
        </Button>
      </Empty>
    );
  }
  return (
    <Empty title="No runs yet">
      <Text size="sm">
        A run is one execution of a container on your cluster. Its state, its log and what it was asked to do
        stay here, even when the cluster has forgotten it.
      </Text>
      <NextPlace />
      <Group gap="xs" justify="center">
        <Button
          size="xs"
          renderRoot={(props) => <Link to="/new" {...props} />}
          leftSection={<Icon name="plus" size={14} />}
        >
          New run
        </Button>
        <Button
          size="xs"
          variant="default"
          renderRoot={(props) => <Link to="/new" search={{ starter: "python" }} {...props} />}
        >
          Try an example in Python
        </Button>
        <Button
          size="xs"
          variant="default"
          renderRoot={(props) => <Link to="/new" search={{ starter: "shell" }} {...props} />}
        >
          Try a shell command
        </Button>
      </Group>
    </Empty>
  );
}
