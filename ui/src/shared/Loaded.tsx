import type { ReactNode } from "react";

import { ErrorPanel } from "./ErrorPanel";
import { Loading } from "./Loading";

/** What is used of a query; of one that is paged, too. */
export type Query<T> = {
  data: T | undefined;
  error: Error | null;
  isFetching: boolean;
  /** When `data` was read, in milliseconds. */
  dataUpdatedAt: number;
  refetch: () => unknown;
};

type Props<T> = {
  query: Query<T>;
  /** What is read, as in "Loading runs". */
  what: string;
  /** What could not be done, where the kind of failure alone does not say it. */
  title?: string;
  /** How many lines stand for it while it is read. */
  rows?: number;
  /** Class of what stands around everything but the content. */
  around?: string | undefined;
  children: (data: T) => ReactNode;
};

/**
 * Shows what a query reads, in each state that it can be in: being read, failed, there, and there of before while
 * reading it anew fails. What "empty" looks like is the content's to say.
 */
export function Loaded<T>({ query, what, title, rows, around, children }: Props<T>) {
  const { data, error } = query;
  const failed = error !== null && (
    <div className={around}>
      <ErrorPanel
        error={error}
        title={title}
        isRetrying={query.isFetching}
        onRetry={() => void query.refetch()}
        since={data === undefined ? undefined : query.dataUpdatedAt}
      />
    </div>
  );
  if (data !== undefined) {
    return (
      <>
        {failed}
        {children(data)}
      </>
    );
  }
  return (
    failed || (
      <div className={around}>
        <Loading what={what} {...(rows !== undefined && { rows })} />
      </div>
    )
  );
}
