import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Preview, RunForm } from "@/ipc";

import { previewOptions } from "./api";

/** What would be created, as a query that keeps the answer of before while the next one is awaited, or fails. */
export type PreviewQuery = {
  data: Preview | undefined;
  error: Error | null;
  isFetching: boolean;
  dataUpdatedAt: number;
  refetch: () => unknown;
  /** Whether `data` is of a form that was typed before. */
  isBehind: boolean;
};

/** Asks what a form would create, once there is something to ask about. */
export function usePreview(form: RunForm, isWanted: boolean): PreviewQuery {
  const { data, error, isFetching, dataUpdatedAt, refetch } = useQuery({
    ...previewOptions(form),
    enabled: isWanted,
  });
  const [last, setLast] = useState<{ data: Preview; dataUpdatedAt: number } | null>(null);
  const [failed, setFailed] = useState<Error | null>(null);
  if (data !== undefined && data !== last?.data) setLast({ data, dataUpdatedAt });
  // A failure stands until the next answer, so that it does not come and go with each letter typed.
  const isAnswered = data !== undefined || error !== null;
  if (isAnswered && error !== failed) setFailed(error);
  return {
    data: isWanted ? (data ?? last?.data) : undefined,
    error: isAnswered ? error : failed,
    isFetching,
    dataUpdatedAt: data === undefined && last ? last.dataUpdatedAt : dataUpdatedAt,
    refetch,
    isBehind: data === undefined,
  };
}
