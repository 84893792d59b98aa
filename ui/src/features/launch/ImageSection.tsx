import { Anchor, Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { projectListOptions } from "@/features/projects";

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
      {typeof preview?.unused_code === "string" && <UnusedCode {...section} command={preview.unused_code} />}
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
      <TypedField
        section={section}
        name="image"
        label="Name of the result"
        description="Within the project's registry; each build adds a tag of its own."
        placeholder={`${section.place.project}/${section.draft.name.trim() || "the function's name"}`}
      />
      <Registry project={section.place.project} />
    </Section>
  );
}

/** Says that code is there which nothing runs, and offers the command that would. */
function UnusedCode({ change, command }: SectionProps & { command: string }) {
  return (
    <Group gap="xs" role="status" aria-label="Code that no command runs">
      <Text size="xs" c="dimmed" flex={command === "" ? 1 : undefined}>
        {command === ""
          ? "There is code and no command, so the image's own program starts. Say above what to run, or below, as Handler, which file is to start."
          : "There is code and no command, so the image's own program starts. To run the code:"}
      </Text>
      {command !== "" && (
        <Button
          size="compact-xs"
          variant="default"
          classNames={{ label: classes.mono }}
          onClick={() => change({ command })}
        >
          Use {command}
        </Button>
      )}
    </Group>
  );
}

/** Where the image of a build goes. */
function Registry({ project }: { project: string }) {
  const projects = useQuery(projectListOptions());
  const found = projects.data?.find(({ name }) => name === project);
  if (!found) return null;
  return (
    <Text size="xs" c="dimmed">
      {found.registry
        ? `The image goes to ${found.registry.address}, the registry of ${project}; the function uses it from then on. Another is chosen in `
        : `Project ${project} has no registry to put the image into yet: choose one in `}
      <Anchor inherit underline="always" renderRoot={(props) => <Link to="/settings" {...props} />}>
        Settings
      </Anchor>
      .
    </Text>
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
