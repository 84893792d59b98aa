import { Textarea, TextInput, type TextInputProps } from "@mantine/core";

import type { SuggestionKind } from "@/ipc";

import type { TextField } from "./draft";
import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { Notice, SuggestedInput } from "./SuggestedInput";
import { useSuggestions } from "./useSuggestions";

type Props = {
  section: SectionProps;
  name: TextField;
  label: string;
  description?: string;
  placeholder?: string;
  required?: boolean;
};

/** What every control of one text shares. */
function shared({ section, name, ...words }: Props) {
  return {
    ...words,
    spellCheck: false,
    value: section.draft[name],
    error: section.problem(name),
    onBlur: () => section.onLeave(name),
  };
}

type TypedProps = Props & {
  /** Of the number that is typed. */
  unit?: string;
  isPlain?: boolean;
} & Pick<TextInputProps, "inputMode">;

/** A part of the draft as a field of one line. */
export function TypedField({ unit, isPlain = false, inputMode, ...props }: TypedProps) {
  return (
    <TextInput
      {...shared(props)}
      inputMode={inputMode}
      classNames={isPlain ? undefined : { input: classes.mono }}
      rightSection={unit && <span className={classes.unit}>{unit}</span>}
      rightSectionWidth={unit ? 48 : undefined}
      rightSectionPointerEvents="none"
      onChange={(event) => props.section.change({ [props.name]: event.currentTarget.value })}
    />
  );
}

/** A part of the draft as a field of several lines. */
export function LinesField({ minRows = 1, ...props }: Props & { minRows?: number }) {
  return (
    <Textarea
      {...shared(props)}
      classNames={{ input: classes.mono }}
      autosize
      minRows={minRows}
      maxRows={8}
      onChange={(event) => props.section.change({ [props.name]: event.currentTarget.value })}
    />
  );
}

/** A part of the draft as a field for anything, which shows what there is. */
export function AskedField({ kind, ...props }: Props & { kind: SuggestionKind }) {
  const asked = useSuggestions(kind, props.section.place);
  return (
    <div>
      <SuggestedInput
        {...shared(props)}
        classNames={{ input: classes.mono }}
        suggestions={asked.items}
        onAsk={asked.ask}
        onChange={(text) => props.section.change({ [props.name]: text })}
      />
      <Notice>{asked.notice}</Notice>
    </div>
  );
}
