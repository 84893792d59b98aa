import { Group, Select, TextInput } from "@mantine/core";

import { CodeField } from "@/shared/CodeField";
import { grammarOf } from "@/shared/language";

import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { Section } from "./Section";

const languages = ["python", "sh", "javascript", "yaml", "r", "julia", "dockerfile", "text"];

/** The language that a file's name tells, where it does. */
function languageOf(name: string): string | undefined {
  const endings: Record<string, string> = {
    py: "python",
    sh: "sh",
    js: "javascript",
    yaml: "yaml",
    yml: "yaml",
    r: "r",
    jl: "julia",
    txt: "text",
  };
  return endings[name.split(".").at(-1)?.toLowerCase() ?? ""];
}

/** Code that the container finds as a file. */
export function CodeSection({ draft, change, problem, onLeave }: SectionProps) {
  const take = async (file: File) => {
    const lang = languageOf(file.name);
    change({ code: await file.text(), handler: file.name, ...(lang && { lang }) });
  };
  return (
    <Section title="Code">
      <CodeField
        label="Code"
        description="The container finds it as a file under /shared, which is also where the command starts. A file can be dropped here."
        grammar={grammarOf(draft.lang, draft.handler)}
        value={draft.code}
        error={problem("code")}
        onChange={(code) => change({ code })}
        onLeave={() => onLeave("code")}
        onFile={(file) => void take(file)}
      />
      <Group grow align="flex-start">
        <Select
          label="Language"
          allowDeselect={false}
          // A function of a file may say any.
          data={languages.includes(draft.lang) ? languages : [...languages, draft.lang]}
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
