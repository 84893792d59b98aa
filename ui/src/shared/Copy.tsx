import { Button } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";

/** Copies a text and says that it did, or that it could not. */
export function Copy({ text, label }: { text: string; label: string }) {
  const clipboard = useClipboard({ timeout: 2000 });
  return (
    <Button size="compact-xs" variant="default" onClick={() => clipboard.copy(text)}>
      <span aria-live="polite">
        {clipboard.error ? "Could not be copied" : clipboard.copied ? "Copied" : label}
      </span>
    </Button>
  );
}
