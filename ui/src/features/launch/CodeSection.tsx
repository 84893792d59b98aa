import { Button, Group, Select, Textarea, TextInput } from "@mantine/core";
import type { DragEvent } from "react";

import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { Section } from "./Section";

const languages = ["python", "sh", "javascript", "r", "julia", "text"];

/** The language that a file's name tells, where it does. */
function languageOf(name: string): string | undefined {
  const endings: Record<string, string> = {
    py: "python",
    sh: "sh",
    js: "javascript",
    r: "r",
    jl: "julia",
    txt: "text",
  };
  return endings[name.split(".").at(-1)?.toLowerCase() ?? ""];
}

/** Code that the container finds as a file. */
export function CodeSection({ draft, change, problem, onLeave }: SectionProps) {
  const take = async (files: FileList | null) => {
    const file = files?.[0];
    if (!file) return;
    const lang = languageOf(file.name);
    change({ code: await file.text(), handler: file.name, ...(lang && { lang }) });
  };
  return (
    <Section title="Code">
      <Textarea
        label="Code"
        description="The container finds it as a file under /shared, which is also where the command starts. A file can be dropped here."
        classNames={{ input: classes.mono }}
        spellCheck={false}
        autosize
        minRows={5}
        maxRows={24}
        value={draft.code}
        error={problem("code")}
        onChange={(event) => change({ code: event.currentTarget.value })}
        onBlur={() => onLeave("code")}
        onDragOver={(event: DragEvent) => event.preventDefault()}
        onDrop={(event: DragEvent) => {
          if (event.dataTransfer.files.length === 0) return;
          event.preventDefault();
          void take(event.dataTransfer.files);
        }}
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
      <Group>
        <Button size="compact-sm" variant="default" component="label">
          From a file…
          <input type="file" hidden onChange={(event) => void take(event.currentTarget.files)} />
        </Button>
      </Group>
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
