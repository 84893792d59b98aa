import { Group, Select, Textarea, TextInput } from "@mantine/core";

import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { Section } from "./Section";

const languages = ["python", "sh", "javascript", "r", "julia", "text"];

/** Code that the container finds as a file. */
export function CodeSection({ draft, change, problem, onLeave }: SectionProps) {
  return (
    <Section title="Code">
      <Textarea
        label="Code"
        description="The container finds it as a file under /shared, which is also where the command starts."
        classNames={{ input: classes.mono }}
        spellCheck={false}
        autosize
        minRows={5}
        maxRows={24}
        value={draft.code}
        error={problem("code")}
        onChange={(event) => change({ code: event.currentTarget.value })}
        onBlur={() => onLeave("code")}
        onKeyDown={(event) => {
          // Tab indents; Shift-Tab and Escape then Tab leave the field, so that the keyboard is not trapped.
          const field = event.currentTarget;
          if (event.key === "Escape") field.blur();
          if (event.key !== "Tab" || event.shiftKey) return;
          event.preventDefault();
          field.setRangeText("    ", field.selectionStart, field.selectionEnd, "end");
          change({ code: field.value });
        }}
      />
      <Group grow align="flex-start">
        <Select
          label="Language"
          allowDeselect={false}
          data={languages}
          value={draft.lang}
          error={problem("lang")}
          onChange={(lang) => change({ lang: lang ?? "text" })}
        />
        <TextInput
          label="File name"
          placeholder="main.py"
          classNames={{ input: classes.mono }}
          spellCheck={false}
          value={draft.handler}
          error={problem("handler")}
          onChange={(event) => change({ handler: event.currentTarget.value })}
          onBlur={() => onLeave("handler")}
        />
      </Group>
    </Section>
  );
}
