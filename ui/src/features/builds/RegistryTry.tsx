import { Alert, Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { chosenPlace, contextListOptions } from "@/features/clusters";
import { usePreferences } from "@/features/settings";
import type { Place } from "@/ipc";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { sentence } from "@/shared/format";
import { newRunId } from "@/shared/runId";

import { useTryRegistry } from "./api";

type Props = { project: string; target: Place | null; isDisabled: boolean };

/** Pushes the smallest image there is to the project's registry, and tells what came of it. */
export function RegistryTry({ project, target, isDisabled }: Props) {
  const contexts = useQuery(contextListOptions());
  const [preferences] = usePreferences();
  const attempt = useTryRegistry(project);
  const { context, namespace } = chosenPlace(contexts.data, preferences);
  const place = target ?? (context === null ? null : { context, namespace });
  const run = attempt.variables?.run;
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <Button
          variant="default"
          size="xs"
          disabled={isDisabled || place === null || attempt.isPending}
          onClick={() => attempt.mutate({ place, run: newRunId() })}
        >
          {attempt.isPending ? "Testing the push…" : "Test the push"}
        </Button>
        <Text size="xs" c="dimmed">
          {isDisabled
            ? "Save it first: what is tried is what is saved."
            : place === null
              ? "Choose a context first: it is tried from there."
              : `Builds the smallest image there is in ${[place.context, place.namespace].filter(Boolean).join(" / ")} and pushes it.`}
        </Text>
      </Group>
      {attempt.isPending && (
        <Text size="sm" role="status">
          It is being tried; a minute is usual.
        </Text>
      )}
      {attempt.isSuccess &&
        (attempt.data.works ? (
          <Alert color="green" variant="light" role="status">
            {attempt.data.message}
          </Alert>
        ) : (
          <Alert color="red" variant="light" role="alert" title="The registry did not take the image">
            {sentence(attempt.data.message)}{" "}
            {run && (
              <Anchor
                inherit
                underline="always"
                renderRoot={(props) => <Link to="/runs/$runId" params={{ runId: run }} {...props} />}
              >
                Its log
              </Anchor>
            )}
          </Alert>
        ))}
      {attempt.isError && <ErrorPanel error={attempt.error} title="It could not be tried" />}
    </Stack>
  );
}
