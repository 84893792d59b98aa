import { Button, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { NextPlace } from "@/features/clusters";
import { Empty } from "@/shared/Empty";
import { Icon } from "@/shared/Icon";

type Props = { isNarrowed: boolean; onClear: () => void };

/** What the list says where it is empty: nothing matches, or nothing was run yet. */
export function NoRuns({ isNarrowed, onClear }: Props) {
  if (isNarrowed) {
    return (
      <Empty title="No run matches">
        <Text size="sm">Nothing in the history fits the search and the filters.</Text>
        <Button size="xs" variant="default" onClick={onClear}>
          Clear filters
        </Button>
      </Empty>
    );
  }
  return (
    <Empty title="No runs yet">
      <Text size="sm">
        A run is one execution of a container on your cluster. Its state, its log and what it was asked to do
        stay here, even when the cluster has forgotten it.
      </Text>
      <NextPlace />
      <Group gap="xs" justify="center">
        <Button
          size="xs"
          renderRoot={(props) => <Link to="/new" {...props} />}
          leftSection={<Icon name="plus" size={14} />}
        >
          New run
        </Button>
        <Button
          size="xs"
          variant="default"
          renderRoot={(props) => <Link to="/new" search={{ starter: "python" }} {...props} />}
        >
          Try an example in Python
        </Button>
        <Button
          size="xs"
          variant="default"
          renderRoot={(props) => <Link to="/new" search={{ starter: "shell" }} {...props} />}
        >
          Try a shell command
        </Button>
      </Group>
    </Empty>
  );
}
