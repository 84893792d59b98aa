import { Anchor, TagsInput, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { secretListOptions } from "@/features/secrets";

import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { Section } from "./Section";
import { Notice, unread } from "./SuggestedInput";

/** Secrets of the project that the container gets. */
export function SecretsSection({ draft, place, change, problem, onLeave }: SectionProps) {
  const secrets = useQuery(secretListOptions(place.project));
  return (
    <Section title="Secrets">
      <TagsInput
        label="Secrets"
        description="Each becomes an environment variable of its own name. The value stays in the keyring until the run is launched."
        placeholder={draft.secrets.length === 0 ? "API_TOKEN" : ""}
        classNames={{ input: classes.mono }}
        spellCheck={false}
        data={(secrets.data ?? []).map((secret) => secret.name)}
        splitChars={[",", " "]}
        acceptValueOnBlur
        clearable={false}
        value={draft.secrets}
        error={problem("secrets")}
        onChange={(chosen) => change({ secrets: chosen })}
        onBlur={() => onLeave("secrets")}
      />
      <Notice>{unread("secrets", secrets.error)}</Notice>
      <Text size="xs" c="dimmed">
        {secrets.data?.length === 0 ? "This project has no secrets yet. " : ""}
        Values are set in{" "}
        <Anchor inherit underline="always" renderRoot={(props) => <Link to="/secrets" {...props} />}>
          Secrets
        </Anchor>
        . A secret of the namespace is a variable under Environment, or files under Volumes.
      </Text>
    </Section>
  );
}
