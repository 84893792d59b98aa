import { Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { StaleNotice } from "@/features/clusters";
import { usePreferences } from "@/features/settings";
import { Empty } from "@/shared/Empty";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { Icon } from "@/shared/Icon";

import { runListOptions } from "./api";
import { shownColumns } from "./columns";
import { RunFilters } from "./RunFilters";
import { RunTable } from "./RunTable";
import classes from "./runs.module.css";
import { filterOf, isNarrowed, type ListSearch } from "./search";

type Props = { search: ListSearch; onSearch: (search: ListSearch) => void };

/** The first screen: all runs, newest first. */
export function RunList({ search, onSearch }: Props) {
  // When the list was opened: a question that moved with the clock would be asked anew each minute.
  const [opened] = useState(() => Date.now());
  const filter = useMemo(() => filterOf(search, opened), [search, opened]);
  const query = useInfiniteQuery(runListOptions(filter));
  const runs = query.data?.pages.flatMap((page) => page.runs) ?? [];
  const counts = query.data?.pages[0]?.counts ?? [];
  const [preferences] = usePreferences();
  const hasSeveralPlaces = new Set(runs.map((run) => `${run.context}\n${run.namespace}`)).size > 1;
  const hidden = preferences.hidden_columns;
  const columns = useMemo(() => shownColumns(hidden ?? [], hasSeveralPlaces), [hidden, hasSeveralPlaces]);

  return (
    <Stack className={classes.screen} gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          Runs
        </Title>
      </Group>
      <RunFilters search={search} counts={counts} onChange={onSearch} />
      <StaleNotice />
      {query.isError && <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <LoadingRows />}
      {query.isSuccess && runs.length === 0 && (
        <Nothing isNarrowed={isNarrowed(search)} onClear={() => onSearch({ archived: search.archived })} />
      )}
      {runs.length > 0 && (
        <RunTable
          runs={runs}
          columns={columns}
          hasMore={query.hasNextPage}
          isReading={query.isFetchingNextPage}
          onMore={() => void query.fetchNextPage()}
        />
      )}
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
      <Group gap="xs">
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

/** Shown by a style rule only after 300 ms: reading from disk rarely takes that long. */
function LoadingRows() {
  return (
    <Stack gap={10} className={classes.late} role="status" aria-label="Loading runs">
      {Array.from({ length: 6 }, (_, index) => (
        <Skeleton key={index} height={22} radius="sm" />
      ))}
    </Stack>
  );
}
