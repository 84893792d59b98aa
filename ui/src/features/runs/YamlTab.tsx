import { Group, SegmentedControl, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { RunDetails } from "@/ipc";
import { Copy } from "@/shared/Copy";
import { ErrorPanel } from "@/shared/ErrorPanel";

import { liveYamlOptions } from "./api";
import classes from "./runs.module.css";

/** The objects as they were submitted, and as the cluster has them now. */
export function YamlTab({ details }: { details: RunDetails }) {
  const [shown, setShown] = useState<"submitted" | "now">("submitted");
  const live = useQuery({ ...liveYamlOptions(details.run.id), enabled: shown === "now" });
  const yaml = shown === "submitted" ? details.yaml : live.data;
  return (
    <>
      <Group px="md" pt="sm" justify="space-between">
        <SegmentedControl
          size="xs"
          aria-label="Which objects"
          data={[
            { value: "submitted", label: "As submitted" },
            { value: "now", label: "As it is in the cluster" },
          ]}
          value={shown}
          onChange={(value) => setShown(value === "now" ? "now" : "submitted")}
        />
        {yaml !== undefined && yaml !== "" && <Copy text={yaml} label="Copy YAML" />}
      </Group>
      {shown === "now" && live.isError && (
        <div className={classes.padded}>
          <ErrorPanel error={live.error} onRetry={() => void live.refetch()} />
        </div>
      )}
      {yaml === "" ? (
        <Text size="sm" c="dimmed" p="md">
          Nothing of it is in the cluster any more; what was submitted is kept here.
        </Text>
      ) : (
        yaml !== undefined && <pre className={classes.yaml}>{yaml}</pre>
      )}
    </>
  );
}
