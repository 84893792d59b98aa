import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useEffectEvent, useRef } from "react";

import { loadGrammar } from "./grammars";
import type { Grammar } from "./language";

type CodeEditorProps = {
  value: string;
  grammar: Grammar | null;
  /** Ids of what names and describes it. */
  labelledBy: string;
  describedBy: string | undefined;
  isInvalid: boolean;
  onChange: (value: string) => void;
  onLeave: () => void;
};

/** Colours are the theme's own variables, so that light and dark need no second style. */
const look = EditorView.theme({
  "&": {
    fontSize: "12.5px",
    color: "var(--mantine-color-text)",
    backgroundColor: "var(--input-bg, transparent)",
  },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--mantine-font-family-monospace)",
    lineHeight: "1.5",
    minHeight: "108px",
    maxHeight: "420px",
    overflow: "auto",
  },
  ".cm-content": { caretColor: "var(--mantine-color-text)", padding: "6px 0" },
  ".cm-gutters": {
    color: "var(--mantine-color-dimmed)",
    // It stays while a long line is scrolled under it.
    backgroundColor: "var(--mantine-color-default)",
    border: "none",
    fontVariantNumeric: "tabular-nums",
  },
  "&.cm-focused .cm-matchingBracket": {
    backgroundColor: "color-mix(in srgb, var(--state-blue) 22%, transparent)",
  },
});

const words = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: "var(--ansi-5)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--ansi-2)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--ansi-3)" },
  { tag: [tags.comment, tags.meta], color: "var(--ansi-8)" },
  { tag: [tags.function(tags.variableName), tags.definition(tags.variableName)], color: "var(--ansi-4)" },
  { tag: [tags.propertyName, tags.attributeName, tags.className, tags.typeName], color: "var(--ansi-6)" },
  { tag: tags.invalid, color: "var(--ansi-1)" },
]);

/** Ctrl-Enter is the form's. */
const keys = [
  ...defaultKeymap.filter((binding) => binding.key !== "Mod-Enter"),
  ...historyKeymap,
  indentWithTab,
];

/** A text with colours, numbered lines and undo. Escape, then Tab, leaves it. */
export function CodeEditor({
  value,
  grammar,
  labelledBy,
  describedBy,
  isInvalid,
  onChange,
  onLeave,
}: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  /** The text as the editor has it: what comes back unchanged from above is not set again. */
  const known = useRef(value);
  const colours = useRef(new Compartment());
  const names = useRef(new Compartment());
  const changed = useEffectEvent((text: string) => {
    known.current = text;
    onChange(text);
  });
  const left = useEffectEvent(onLeave);

  useEffect(() => {
    if (!place.current) return;
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: known.current,
        extensions: [
          lineNumbers(),
          history(),
          indentOnInput(),
          bracketMatching(),
          keymap.of(keys),
          look,
          syntaxHighlighting(words),
          colours.current.of([]),
          names.current.of([]),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            update.view.setTabFocusMode(false);
            changed(update.state.doc.toString());
          }),
          // The editor's own way out, Escape and then Tab, closes again after 2 s: too fast for some hands.
          EditorView.domEventHandlers({
            keydown: (event, shown) => {
              if (event.key === "Escape") shown.setTabFocusMode(true);
            },
            focus: (_, shown) => shown.setTabFocusMode(false),
            blur: () => left(),
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      editor.destroy();
      view.current = null;
    };
  }, []);

  useEffect(() => {
    if (!view.current || value === known.current) return;
    known.current = value;
    view.current.dispatch({ changes: { from: 0, to: view.current.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const attributes = {
      "aria-labelledby": labelledBy,
      "aria-multiline": "true",
      ...(describedBy && { "aria-describedby": describedBy }),
      ...(isInvalid && { "aria-invalid": "true" }),
    };
    view.current?.dispatch({
      effects: names.current.reconfigure(EditorView.contentAttributes.of(attributes)),
    });
  }, [labelledBy, describedBy, isInvalid]);

  useEffect(() => {
    let isWanted = true;
    const indent = indentUnit.of(grammar === "yaml" || grammar === "json" ? "  " : "    ");
    const show = (extensions: Parameters<Compartment["of"]>[0]) => {
      if (isWanted) view.current?.dispatch({ effects: colours.current.reconfigure([indent, extensions]) });
    };
    show([]);
    if (grammar !== null) void loadGrammar(grammar).then(show);
    return () => {
      isWanted = false;
    };
  }, [grammar]);

  return <div ref={place} />;
}
