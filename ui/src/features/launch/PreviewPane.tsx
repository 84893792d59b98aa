import { Group, Text, Title } from "@mantine/core";

import type { Preview } from "@/ipc";
import { Copy } from "@/shared/Copy";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { plural } from "@/shared/format";

import classes from "./launch.module.css";

type Props = {
  preview: Preview | undefined;
  error: Error | null;
  problems: number;
  hasImage: boolean;
};

/** The objects as they would be made: live, to read. */
export function PreviewPane({ preview, error, problems, hasImage }: Props) {
  return (
    <aside className={classes.preview} aria-label="What will be created">
      <Group justify="space-between" className={classes.previewHead}>
        <Title order={2} size="h5">
          What will be created
        </Title>
        {preview?.yaml && <Copy text={preview.yaml} label="Copy YAML" />}
      </Group>
      {error && !preview && <ErrorPanel error={error} />}
      {preview?.yaml ? (
        <pre className={classes.yaml}>{preview.yaml}</pre>
      ) : (
        <Text size="sm" c="dimmed">
          {!hasImage
            ? "Say which image to run; its objects appear here as you type."
            : problems > 0
              ? `${plural(problems, "field needs", "fields need")} a look before this can run.`
              : ""}
        </Text>
      )}
    </aside>
  );
}
