import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
  type InfiniteData,
  type QueryClient,
} from "@tanstack/react-query";
import { useEffect } from "react";

import {
  call,
  commands,
  type DeleteScope,
  type RunFilter,
  type RunId,
  type RunList,
  type RunView,
} from "@/ipc";

import { applyRunsChanged, isNewer } from "./applyRunsChanged";

const keys = {
  all: ["runs"] as const,
  lists: ["runs", "list"] as const,
  list: (filter: RunFilter) => ["runs", "list", filter] as const,
  totals: ["runs", "totals"] as const,
  schedules: ["runs", "schedule"] as const,
  details: (run: RunId) => ["runs", "details", run] as const,
};

/** How many rows are read at a time. */
const PAGE = 100;

/** Where the first page begins. */
const start: PageParam = startOfList();

/** Where a page begins, in the history's own words. */
type PageParam = string | null;

function startOfList(): PageParam {
  return null;
}

export function runListOptions(filter: RunFilter) {
  return infiniteQueryOptions({
    queryKey: keys.list(filter),
    queryFn: ({ pageParam }) => call(commands.listRuns({ ...filter, limit: PAGE, after: pageParam })),
    initialPageParam: start,
    getNextPageParam: (page: RunList) => page.next,
    placeholderData: (previous) => previous,
    // Rows are compared by their revision where they are drawn: comparing all that was read, value by value, with each page
    // that comes is work that grows with the list.
    structuralSharing: false,
  });
}

/** Every run that a filter finds: read page by page to the end, and there once all are. */
export function useAllRuns(filter: RunFilter) {
  const query = useInfiniteQuery(runListOptions(filter));
  const { data, error, isError, isFetching, hasNextPage, fetchNextPage, dataUpdatedAt, refetch } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  return { data: hasNextPage && !isError ? undefined : data, error, isFetching, dataUpdatedAt, refetch };
}

/** Puts the first page of a list that was read already into what is cached. */
export function putFirstPage(client: QueryClient, filter: RunFilter, page: RunList): void {
  client.setQueryData(runListOptions(filter).queryKey, { pages: [page], pageParams: [start] });
}

/** Counts per state of everything that is not archived. */
export function runTotalsOptions() {
  return queryOptions({
    queryKey: keys.totals,
    queryFn: async () => (await call(commands.listRuns({ limit: 1 }))).counts,
  });
}

export function runDetailsOptions(run: RunId) {
  return queryOptions({ queryKey: keys.details(run), queryFn: () => call(commands.runDetails(run)) });
}

/** A schedule with what it started; `null` for a run that is none. */
export function scheduleOptions(run: RunId) {
  return queryOptions({
    queryKey: [...keys.schedules, run],
    queryFn: () => call(commands.runSchedule(run)),
  });
}

/** Starts a run of a schedule now, under an id made by the page. */
export function useTrigger(schedule: RunId) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (run: RunId) => call(commands.triggerSchedule(schedule, run)),
    onSuccess: (run) => applyChanges(client, [run]),
  });
}

/** The objects of a run as the cluster has them now: asks it. */
export function liveYamlOptions(run: RunId) {
  return queryOptions({
    queryKey: [...keys.details(run), "live"],
    queryFn: () => call(commands.liveYaml(run)),
    gcTime: 0,
  });
}

/** Puts changed runs into everything that is cached. */
export function applyChanges(client: QueryClient, changed: readonly RunView[]): void {
  let mustReload = false;
  client.setQueriesData<InfiniteData<RunList, PageParam>>({ queryKey: keys.lists }, (data) => {
    if (!data) return data;
    const [first] = data.pages;
    if (!first) return data;
    // A run is new to the list only if no page shows it; pages but the first are told of those that they show.
    const shown = new Set(data.pages.flatMap((page) => page.runs.map((run) => run.id)));
    const pages = data.pages.map((page, index) => {
      const own = new Set(page.runs.map((run) => run.id));
      const forPage = changed.filter((run) => own.has(run.id) || (index === 0 && !shown.has(run.id)));
      const applied = applyRunsChanged(page, forPage);
      mustReload ||= applied.mustReload;
      return applied.list;
    });
    return pages.every((page, index) => page === data.pages[index]) ? data : { ...data, pages };
  });
  if (mustReload) void client.invalidateQueries({ queryKey: keys.lists });
  void client.invalidateQueries({ queryKey: keys.totals });
  // A changed run may be one that a schedule started; only a schedule that is shown is read again.
  void client.invalidateQueries({ queryKey: keys.schedules });
  for (const run of changed) {
    const key = keys.details(run.id);
    const details = client.getQueryData(runDetailsOptions(run.id).queryKey);
    if (details && isNewer(run, details.run)) {
      client.setQueryData(runDetailsOptions(run.id).queryKey, { ...details, run });
    }
    void client.invalidateQueries({ queryKey: key });
  }
}

/** Forgets runs that are no more. */
export function forgetRuns(client: QueryClient, runs: readonly RunId[]): void {
  for (const run of runs) client.removeQueries({ queryKey: keys.details(run) });
  void client.invalidateQueries({ queryKey: keys.lists });
  void client.invalidateQueries({ queryKey: keys.totals });
}

/** Reads everything about runs anew. */
export function reloadRuns(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: keys.all });
}

export function useStopRun(run: RunId) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call(commands.stopRun(run)),
    onSuccess: (row) => applyChanges(client, [row]),
  });
}

/** Runs the same again; the id is made once per try, so that a command sent twice is one run. */
export function useRerun(run: RunId) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: RunId) => call(commands.rerunRun(run, id)),
    onSuccess: (row) => applyChanges(client, [row]),
  });
}

export function useArchiveRun(run: RunId) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (archived: boolean) => call(commands.archiveRun(run, archived)),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.all }),
  });
}

export function useDeleteRun(run: RunId) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (scope: DeleteScope) => call(commands.deleteRun(run, scope)),
    onSuccess: (_, scope) => {
      if (scope.history) forgetRuns(client, [run]);
      else void client.invalidateQueries({ queryKey: keys.all });
    },
  });
}
