import { Select, SimpleGrid } from "@mantine/core";

import type { CodeFrom } from "@/ipc";
import { CodeField } from "@/shared/CodeField";
import { grammarOf } from "@/shared/language";

import { CodeAddress } from "./CodeAddress";
import { codeSources, withCodeFrom } from "./draft";
import { below, TypedField } from "./fields";
import type { SectionProps } from "./NewRun";
import { Section } from "./Section";

const sources: Record<CodeFrom, string> = {
  text: "typed here",
  local: "a file or folder of this machine",
  git: "a git repository",
  http: "a web address",
  s3: "a bucket (S3)",
  none: "nowhere: the image has it all",
  kept: "as it was read before",
};

const languages = ["python", "sh", "bash", "javascript", "yaml", "r", "julia", "dockerfile", "text"];

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

/** Where the code comes from, and what starts of it. */
export function CodeSection(section: SectionProps) {
  const { draft, change, problem, onLeave } = section;
  const { code_from } = draft;
  const isKept = keptSource(draft.kept.function) !== null;
  const take = async (file: File) => {
    const lang = languageOf(file.name);
    change({ code: await file.text(), handler: file.name, ...(lang && { lang }) });
  };
  return (
    <Section title="Code">
      <Select
        label="Source"
        allowDeselect={false}
        maxDropdownHeight={320}
        data={codeSources
          .filter((from) => from !== "kept" || isKept)
          .map((from) => ({ value: from, label: sources[from] }))}
        value={code_from}
        description={code_from === "kept" ? keptWords(draft.kept.function) : undefined}
        error={
          problem("code_from") ?? (code_from === "kept" ? (problem("address") ?? problem("code")) : undefined)
        }
        onChange={(chosen) => {
          const from = codeSources.find((each) => each === chosen);
          if (from) change(withCodeFrom(draft, from));
        }}
      />
      {code_from === "text" && (
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
      )}
      <CodeAddress {...section} />
      {code_from !== "none" && (
        <SimpleGrid cols={2} spacing="sm">
          <Select
            label="Language"
            description="Tells which program runs it, and how its file ends."
            inputWrapperOrder={below}
            allowDeselect={false}
            // A function of a file may say any.
            data={[
              { value: "", label: "by the ending of its file" },
              ...(draft.lang === "" || languages.includes(draft.lang)
                ? languages
                : [...languages, draft.lang]),
            ]}
            value={draft.lang}
            error={problem("lang")}
            onChange={(lang) => change({ lang: lang ?? "" })}
          />
          <TypedField
            section={section}
            name="handler"
            label="Handler"
            description="The file that starts, as train.py, or a function in it, as train.py:main."
            isDescribedBelow
            placeholder={code_from === "text" ? "main.py" : "train.py"}
          />
        </SimpleGrid>
      )}
    </Section>
  );
}

/** The code that a form was filled with and no control shows. */
function keptSource(kept: unknown): Record<string, unknown> | null {
  if (typeof kept !== "object" || kept === null || !("source" in kept)) return null;
  const { source } = kept;
  return typeof source === "object" && source !== null ? { ...source } : null;
}

function keptWords(kept: unknown): string {
  const { uri, base64 } = keptSource(kept) ?? {};
  const where = typeof uri === "string" ? uri : "the code of the original";
  if (typeof base64 !== "string") return where;
  return `${where}, ${Math.ceil((base64.length * 3) / 4 / 1024)} KiB as it was then`;
}
