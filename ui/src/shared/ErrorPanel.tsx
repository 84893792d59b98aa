import { Alert, Button, Code, Group, Spoiler, Stack, Text } from "@mantine/core";

import { asIpcError, errorWords } from "@/ipc";

import { sentence } from "./format";

type Props = {
  error: unknown;
  /** Offers to ask again. */
  onRetry?: () => void;
  /** What could not be done, where the kind of failure alone does not say it. */
  title?: string;
};

/** A failure in words; the raw ones are folded away, and can be copied. */
export function ErrorPanel({ error, onRetry, title }: Props) {
  const failure = asIpcError(error);
  const words = errorWords(failure.code);
  return (
    <Alert color="red" variant="light" title={title ?? words.title} role="alert">
      <Stack gap="xs">
        <Text size="sm">{sentence(failure.message)}</Text>
        {failure.hint && <Text size="sm">{sentence(failure.hint)}</Text>}
        {failure.detail && (
          <Spoiler
            maxHeight={0}
            styles={{ control: { fontSize: 13 } }}
            showLabel="Raw message"
            hideLabel="Hide the raw message"
          >
            <Code block>{failure.detail}</Code>
          </Spoiler>
        )}
        {onRetry && (
          <Group>
            <Button size="compact-sm" variant="default" onClick={onRetry}>
              Retry
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
