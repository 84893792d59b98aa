import { Stack, Title } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { StaleNotice } from "@/features/clusters";
import { useProject } from "@/features/projects";
import { preferencesOptions, usePreferences } from "@/features/settings";
import type { StateCount } from "@/ipc";
import { Later } from "@/shared/Later";
import { lazily } from "@/shared/lazily";
import { Loaded } from "@/shared/Loaded";
import { useLatest } from "@/shared/useLatest";

import { runListOptions } from "./api";
import { shownColumns } from "./columns";
import { RunTable } from "./RunTable";
import classes from "./runs.module.css";
import { filterOf, isNarrowed, type ListSearch } from "./search";
import { useListChoice } from "./useListChoice";

const NoRuns = lazily(async () => (await import("./NoRuns")).NoRuns);
const RunFilters = lazily(async () => (await import("./RunFilters")).RunFilters);

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
    () => runs.some((run) => run.context !== runs[0]?.context || run.namespace !== runs[0]?.namespace),
    [runs],
  );
  const hidden = preferences.hidden_columns;
  const columns = useMemo(() => shownColumns(hidden ?? [], hasSeveralPlaces), [hidden, hasSeveralPlaces]);

  return (
    <Stack className={classes.screen} gap="sm">
      <Title order={1} size="h3">
        Runs
      </Title>
      <Later instead={<div className={classes.filters} />}>
        <RunFilters search={search} counts={counts} onChange={narrow} />
      </Later>
      <StaleNotice />
      <Loaded query={query} what="runs" rows={6}>
        {() =>
          runs.length === 0 ? (
            <NoRuns isNarrowed={isNarrowed(search)} onClear={() => onSearch({ archived: search.archived })} />
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
