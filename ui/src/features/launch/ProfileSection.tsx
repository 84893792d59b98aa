import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { profileEffect, profileListOptions } from "@/features/profiles";
import type { Preview } from "@/ipc";
import { parameterName, valueText } from "@/shared/parameters";

import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { Section } from "./Section";
import { Notice, SuggestedInput, unread } from "./SuggestedInput";

type Props = SectionProps & { preview: Preview | undefined };

/** A preset for what is not said here, with what it comes to. */
export function ProfileSection({ draft, place, change, problem, onLeave, preview }: Props) {
  const profiles = useQuery(profileListOptions(place.project));
  const chosen = profiles.data?.find((profile) => profile.name === draft.profile.trim());
  const effect = chosen && preview ? profileEffect(chosen.values, preview.values) : [];
  return (
    <Section title="Profile">
      <SuggestedInput
        label="Profile"
        description="Fills what is not said in this form; what is said here wins."
        placeholder="none"
        classNames={{ input: classes.mono }}
        suggestions={(profiles.data ?? []).map(({ name, description }) => ({
          name,
          note: description ?? "",
        }))}
        onAsk={() => void profiles.refetch()}
        value={draft.profile}
        error={problem("profile")}
        onChange={(profile) => change({ profile })}
        onBlur={() => onLeave("profile")}
      />
      <Notice>{unread("profiles", profiles.error)}</Notice>
      {effect.length > 0 && (
        <dl className={classes.pairs} aria-label="What the profile comes to">
          {effect.map(({ path, preset, own }) => (
            <div key={path}>
              <dt>{parameterName(path)}</dt>
              <dd>
                {own === null ? (
                  valueText(preset)
                ) : (
                  <>
                    <del>{valueText(preset)}</del> → <ins>{valueText(own)}</ins>
                  </>
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {chosen && effect.length === 0 && (
        <Text size="xs" c="dimmed">
          It presets {chosen.values.map(({ path }) => parameterName(path)).join(", ") || "nothing"}.
        </Text>
      )}
    </Section>
  );
}
