import { Text } from "@mantine/core";

import type { Preview } from "@/ipc";

import { suggestedName } from "./draft";
import { AskedField, LinesField, TypedField } from "./fields";
import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { Section } from "./Section";

type Props = SectionProps & { preview: Preview | undefined };

/** What runs. */
export function ImageSection({ preview, ...section }: Props) {
  return (
    <Section title="Image and command">
      <AskedField
        section={section}
        name="image"
        label="Image"
        required
        placeholder="python:3.11-slim"
        kind="images"
      />
      <NameField {...section} />
      <TypedField
        section={section}
        name="command"
        label="Command"
        description="Split as a shell would, but no shell runs it. Empty: the image's own."
        placeholder="python train.py --epochs 10"
      />
      <LinesField
        section={section}
        name="args"
        label="Arguments"
        description="One a line, taken as they are."
      />
      {preview && (preview.command ?? preview.args) && (
        <Text size="xs" c="dimmed" className={classes.mono} aria-label="As the container gets it">
          {preview.command && `command: ${JSON.stringify(preview.command)}`}
          {preview.command && preview.args && "  "}
          {preview.args && `args: ${JSON.stringify(preview.args)}`}
        </Text>
      )}
    </Section>
  );
}

/** What is built. */
export function BuildSection(section: SectionProps) {
  return (
    <Section title="Image to build">
      <AskedField
        section={section}
        name="base_image"
        label="Base image"
        description="Not needed where the code is a Dockerfile, or brings one (language dockerfile)."
        placeholder="python:3.11-slim"
        kind="images"
      />
      <NameField {...section} />
      <LinesField
        section={section}
        name="instructions"
        label="Instructions"
        description="One a line: a command that the build runs, or a line of a Dockerfile."
        placeholder={"pip install scikit-learn\nENV MODE=fast"}
        minRows={3}
      />
    </Section>
  );
}

function NameField(section: SectionProps) {
  const { image, base_image } = section.draft;
  return (
    <TypedField
      section={section}
      name="name"
      label="Name"
      description="Of the function: runs of the same name belong together."
      placeholder={suggestedName(image || base_image) || "train"}
      isPlain
    />
  );
}
