import { Alert, Button, Code, Group, Stack, Text } from "@mantine/core";
import { useLocation } from "@tanstack/react-router";
import { useMemo } from "react";

import { asIpcError, errorWords } from "@/ipc";

import { Copy } from "./Copy";
import { errorDetails } from "./errorDetails";
import { absoluteTime, sentence } from "./format";
import { Stale } from "./Stale";
import { version } from "./version";

type Props = {
  error: unknown;
  /** Offers to ask again. */
  onRetry?: () => void;
  /** Whether it is being asked again. */
  isRetrying?: boolean;
  /** What could not be done, where the kind of failure alone does not say it. */
  title?: string | undefined;
  /** What was read before stays on view: when that was, in milliseconds. */
  since?: number | undefined;
};

/** A failure in words; the raw ones are folded away, and all of it can be copied. */
export function ErrorPanel({ error, onRetry, isRetrying = false, title, since }: Props) {
  const screen = useLocation({ select: (location) => location.pathname });
  const failure = useMemo(() => asIpcError(error), [error]);
  const words = title ?? errorWords(failure.code);
  const content = (
    <Stack gap={6}>
      <Text size="sm">{[failure.message, failure.hint ?? ""].map(sentence).join(" ")}</Text>
      <Group gap="xs">
        {onRetry && (
          <Button size="compact-xs" variant="default" loading={isRetrying} onClick={onRetry}>
            Retry
          </Button>
        )}
        <Copy text={errorDetails(failure, { title: words, screen, version })} label="Copy details" />
      </Group>
      {failure.detail && (
        <details>
          <Text size="sm" component="summary">
            Raw message
          </Text>
          <Code block mt={4}>
            {failure.detail}
          </Code>
        </details>
      )}
    </Stack>
  );
  if (since !== undefined) {
    const read = absoluteTime(new Date(since).toISOString());
    return <Stale title={`What is shown may be out of date: it was last read at ${read}`}>{content}</Stale>;
  }
  return (
    <Alert color="red" variant="light" title={words} role="alert" aria-live="polite">
      {content}
    </Alert>
  );
}
