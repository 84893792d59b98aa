import { StreamLanguage, type LanguageSupport, type StreamParser } from "@codemirror/language";

import type { Grammar } from "./language";

type Extension = LanguageSupport | StreamLanguage<unknown>;

/** Makes a colouring of a grammar of the older kind. */
function stream(parser: StreamParser<unknown>): Extension {
  return StreamLanguage.define(parser);
}

const grammars: Record<Grammar, () => Promise<Extension>> = {
  python: async () => (await import("@codemirror/lang-python")).python(),
  javascript: async () => (await import("@codemirror/lang-javascript")).javascript({ typescript: true }),
  yaml: async () => (await import("@codemirror/lang-yaml")).yaml(),
  json: async () => (await import("@codemirror/lang-json")).json(),
  shell: async () => stream((await import("@codemirror/legacy-modes/mode/shell")).shell),
  r: async () => stream((await import("@codemirror/legacy-modes/mode/r")).r),
  julia: async () => stream((await import("@codemirror/legacy-modes/mode/julia")).julia),
  dockerfile: async () => stream((await import("@codemirror/legacy-modes/mode/dockerfile")).dockerFile),
};

/** Loads what colours a language; each is loaded when it is first needed. */
export function loadGrammar(grammar: Grammar): Promise<Extension> {
  return grammars[grammar]();
}
