import { Group, Text } from "@mantine/core";

import { Copy } from "@/shared/Copy";

import classes from "./runs.module.css";

/** The objects as they were submitted. */
export function YamlTab({ yaml }: { yaml: string }) {
  return (
    <>
      <Group px="md" pt="sm" justify="space-between">
        <Text size="sm" c="dimmed">
          As submitted
        </Text>
        <Copy text={yaml} label="Copy YAML" />
      </Group>
      <pre className={classes.yaml}>{yaml}</pre>
    </>
  );
}
