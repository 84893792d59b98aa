import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { usePreferences } from "@/features/settings";

import { contextCheckOptions, contextListOptions } from "./api";
import { checkWords } from "./check";
import { chosenPlace } from "./place";

/** Where a new run would go, and whether it answers there, when asked. For those who have run nothing yet. */
export function NextPlace() {
  const contexts = useQuery(contextListOptions());
  const [preferences] = usePreferences();
  const { context, namespace } = chosenPlace(contexts.data, preferences);
  const check = useQuery({ ...contextCheckOptions(context ?? ""), enabled: false });
  const { text, isFailure } = checkWords(check.data, check.error);
  if (context === null) return <Text size="sm">Choose a context above: it says where runs go.</Text>;
  return (
    <Group gap="xs" justify="center">
      <Text size="sm">
        New runs go to{" "}
        <Text span fw={600}>
          {context} / {namespace}
        </Text>
        , as chosen above.
      </Text>
      <Button
        size="compact-xs"
        variant="default"
        loading={check.isFetching}
        onClick={() => void check.refetch()}
      >
        Does it answer?
      </Button>
      <Text size="xs" c={isFailure ? "red" : "dimmed"} role="status">
        {text}
      </Text>
    </Group>
  );
}
