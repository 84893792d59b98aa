import { Stack, Title } from "@mantine/core";

import { ErrorPanel } from "@/shared/ErrorPanel";

/** A screen that failed to draw; the rest of the window stays. */
export function Crash({ error, reset }: { error: unknown; reset?: () => void }) {
  return (
    <Stack p="md">
      <Title order={1} size="h3">
        This screen could not be shown
      </Title>
      <ErrorPanel error={error} {...(reset && { onRetry: reset })} />
    </Stack>
  );
}
