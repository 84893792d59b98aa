import { TagsInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { functionNamesOptions } from "@/features/functions";

import { TypedField } from "./fields";
import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { Section } from "./Section";

/** What is said of the function for those who look for it later. */
export function DescriptionSection(section: SectionProps) {
  const { draft, place, change, problem, onLeave } = section;
  const known = useQuery(functionNamesOptions(place.project));
  return (
    <Section title="Description and labels">
      <TypedField
        section={section}
        name="description"
        label="Description"
        description="What the function is, for those who find it later."
        placeholder="Trains the model on the nightly data"
        isPlain
      />
      <TagsInput
        label="Labels"
        description="Words, or key=value. The list of runs can be narrowed to those of a label."
        placeholder={draft.labels.length === 0 ? "team=vision" : ""}
        classNames={{ input: classes.mono }}
        spellCheck={false}
        data={known.data?.labels ?? []}
        splitChars={[","]}
        acceptValueOnBlur
        clearable={false}
        value={draft.labels}
        error={problem("labels")}
        onChange={(labels) => change({ labels })}
        onBlur={() => onLeave("labels")}
      />
    </Section>
  );
}
