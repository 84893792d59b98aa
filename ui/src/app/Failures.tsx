import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { contextListOptions } from "@/features/clusters";
import { preferencesOptions, startupOptions, useSaveFailure } from "@/features/settings";
import { ErrorPanel } from "@/shared/ErrorPanel";

/** What the frame itself reads and keeps, where that fails: told above every screen, since each depends on it. */
export function Failures() {
  const contexts = useQuery(contextListOptions());
  const startup = useQuery(startupOptions());
  const preferences = useQuery(preferencesOptions());
  const unsaved = useSaveFailure();
  const failed = [
    { title: "The contexts cannot be read", ...contexts },
    { title: "How Berth started cannot be read", ...startup },
    { title: "The preferences cannot be read", ...preferences },
  ].filter((read) => read.error !== null && read.data === undefined);
  if (failed.length === 0 && unsaved === null) return null;
  return (
    <Stack gap="xs" p="md" pb={0}>
      {failed.map((read) => (
        <ErrorPanel
          key={read.title}
          error={read.error}
          title={read.title}
          isRetrying={read.isFetching}
          onRetry={() => void read.refetch()}
        />
      ))}
      {unsaved && (
        <ErrorPanel
          error={unsaved.error}
          title="What was set is not stored: it lasts until Berth is closed"
          onRetry={unsaved.retry}
        />
      )}
    </Stack>
  );
}
