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
  /** A part that has no control of its own: what is wrong with it stands here, too. */
  alsoWrong?: TextField;
  /** What is done besides when the field is left. */
  onLeft?: () => void;
};

/** What every control of one text shares. */
function shared({ section, name, alsoWrong, onLeft, ...words }: Props) {
  return {
    ...words,
    spellCheck: false,
    value: section.draft[name],
    error: section.problem(name) ?? (alsoWrong && section.problem(alsoWrong)),
    onBlur: () => {
      section.onLeave(name);
      onLeft?.();
    },
  };
}

type TypedProps = Props & {
  /** Of the number that is typed. */
  unit?: string;
  isPlain?: boolean;
  /** The description stands under the control, so that controls side by side begin in one line. */
  isDescribedBelow?: boolean;
} & Pick<TextInputProps, "inputMode">;

/** The parts of a control whose description stands under it. */
export const below: TextInputProps["inputWrapperOrder"] = ["label", "input", "description", "error"];

/** A part of the draft as a field of one line. */
export function TypedField({
  unit,
  isPlain = false,
  isDescribedBelow = false,
  inputMode,
  ...props
}: TypedProps) {
  return (
    <TextInput
      {...shared(props)}
      inputMode={inputMode}
      inputWrapperOrder={isDescribedBelow ? below : undefined}
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
