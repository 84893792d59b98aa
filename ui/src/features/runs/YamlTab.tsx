import { Group, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { RunDetails } from "@/ipc";
import { Copy } from "@/shared/Copy";
import { Empty } from "@/shared/Empty";
import { Loaded } from "@/shared/Loaded";
import { readable } from "@/shared/yaml";

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
      {shown === "submitted" ? (
        <Yaml text={details.yaml} />
      ) : (
        <Loaded query={live} what="the objects" rows={8} around={classes.notice}>
          {(text) => <Yaml text={text} />}
        </Loaded>
      )}
    </>
  );
}

function Yaml({ text }: { text: string }) {
  if (text !== "") return <pre className={classes.yaml}>{readable(text)}</pre>;
  return (
    <div className={classes.padded}>
      <Empty>Nothing of it is in the cluster any more; what was submitted is kept here.</Empty>
    </div>
  );
}
