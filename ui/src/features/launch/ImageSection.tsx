import { Text, Textarea, TextInput } from "@mantine/core";

import type { Preview } from "@/ipc";

import { suggestedName } from "./draft";
import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { Section } from "./Section";

type Props = SectionProps & { preview: Preview | undefined };

/** What runs. */
export function ImageSection({ draft, change, problem, onLeave, preview }: Props) {
  const mono = { input: classes.mono };
  return (
    <Section title="Image and command">
      <TextInput
        label="Image"
        required
        placeholder="python:3.11-slim"
        classNames={mono}
        spellCheck={false}
        value={draft.image}
        error={problem("image")}
        onChange={(event) => change({ image: event.currentTarget.value })}
        onBlur={() => onLeave("image")}
      />
      <TextInput
        label="Name"
        description="Of the function: runs of the same name belong together."
        placeholder={suggestedName(draft.image) || "train"}
        spellCheck={false}
        value={draft.name}
        error={problem("name")}
        onChange={(event) => change({ name: event.currentTarget.value })}
        onBlur={() => onLeave("name")}
      />
      <TextInput
        label="Command"
        description="Split as a shell would, but no shell runs it. Empty: the image's own."
        placeholder="python train.py --epochs 10"
        classNames={mono}
        spellCheck={false}
        value={draft.command}
        error={problem("command")}
        onChange={(event) => change({ command: event.currentTarget.value })}
        onBlur={() => onLeave("command")}
      />
      <Textarea
        label="Arguments"
        description="One a line, taken as they are."
        classNames={mono}
        spellCheck={false}
        autosize
        minRows={1}
        maxRows={8}
        value={draft.args}
        error={problem("args")}
        onChange={(event) => change({ args: event.currentTarget.value })}
        onBlur={() => onLeave("args")}
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
