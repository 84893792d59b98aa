import { Button, Group, Stack } from "@mantine/core";

import { ErrorPanel } from "@/shared/ErrorPanel";

/** A screen that failed to draw; the rest of the window stays. */
export function Crash({ error, reset }: { error: unknown; reset?: () => void }) {
  return (
    <Stack p="md">
      <ErrorPanel error={error} title="This screen could not be shown" />
      {reset && (
        <Group>
          <Button size="xs" variant="default" onClick={reset}>
            Show it again
          </Button>
        </Group>
      )}
    </Stack>
  );
}
