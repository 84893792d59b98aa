/** Languages whose words are coloured. */
export type Grammar = "python" | "shell" | "javascript" | "yaml" | "json" | "r" | "julia" | "dockerfile";

const endings: Record<string, Grammar> = {
  py: "python",
  sh: "shell",
  bash: "shell",
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  ts: "javascript",
  yaml: "yaml",
  yml: "yaml",
  json: "json",
  r: "r",
  jl: "julia",
  dockerfile: "dockerfile",
};

const names: Record<string, Grammar> = {
  python: "python",
  sh: "shell",
  shell: "shell",
  bash: "shell",
  javascript: "javascript",
  js: "javascript",
  typescript: "javascript",
  yaml: "yaml",
  json: "json",
  r: "r",
  julia: "julia",
  dockerfile: "dockerfile",
};

/** The ending of a file's name, in small letters; the name itself where it has none. */
function ending(fileName: string): string {
  return (
    fileName
      .split(/[./\\]/)
      .at(-1)
      ?.toLowerCase() ?? ""
  );
}

/** Decides how a text is coloured: by the ending of its file's name, else by the language said; `null` for plain. */
export function grammarOf(language: string, fileName: string): Grammar | null {
  return endings[ending(fileName)] ?? names[language.toLowerCase()] ?? null;
}
