import { Autocomplete, Group, Text, type AutocompleteProps } from "@mantine/core";

import { useRef } from "react";

import type { Suggestion } from "@/ipc";

type Props = Omit<AutocompleteProps, "data" | "renderOption" | "onFocus" | "onChange" | "onOptionSubmit"> & {
  /** What may be chosen; any other text may be typed. */
  suggestions: readonly Pick<Suggestion, "name" | "note">[];
  /** The control is used for the first time, or again: what may be chosen is wanted. */
  onAsk: () => void;
  onChange: (text: string) => void;
  /** One was chosen, not typed; as a change where not said. */
  onChoose?: (name: string) => void;
};

/** Choices that are drawn at once; typing narrows them. */
const SHOWN = 60;

/** A field for free text that shows what could be written there. */
export function SuggestedInput({ suggestions, onAsk, onChange, onChoose = onChange, ...rest }: Props) {
  const notes = new Map(suggestions.map(({ name, note }) => [name, note]));
  // What is chosen is told first as chosen, then as a change of the text.
  const wasChosen = useRef(false);
  return (
    <Autocomplete
      spellCheck={false}
      limit={SHOWN}
      maxDropdownHeight={240}
      // As wide as what is suggested: names of labels are longer than the fields of a row.
      comboboxProps={{ width: "max-content", position: "bottom-start" }}
      styles={{ dropdown: { minWidth: 240, maxWidth: 560 } }}
      {...rest}
      data={[...notes.keys()]}
      onFocus={onAsk}
      onOptionSubmit={() => {
        wasChosen.current = true;
      }}
      onChange={(text) => {
        const tell = wasChosen.current ? onChoose : onChange;
        wasChosen.current = false;
        tell(text);
      }}
      renderOption={({ option }) => (
        <Group justify="space-between" gap="sm" wrap="nowrap" flex={1}>
          <Text span size="sm" ff="monospace">
            {option.value}
          </Text>
          <Text span size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
            {notes.get(option.value)}
          </Text>
        </Group>
      )}
    />
  );
}

/** Why what the project has is not suggested. */
export function unread(what: string, error: Error | null): string | null {
  return error && `The project's ${what} cannot be suggested: ${error.message}`;
}

/** Why nothing is suggested, or why it is not new. */
export function Notice({ children }: { children: string | null }) {
  return children === null ? null : (
    <Text size="xs" c="dimmed" role="status">
      {children}
    </Text>
  );
}
