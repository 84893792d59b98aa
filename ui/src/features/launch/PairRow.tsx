import { Group, TextInput } from "@mantine/core";

import classes from "./launch.module.css";
import { RemoveButton } from "./RemoveButton";
import { SuggestedInput } from "./SuggestedInput";
import { valuesOf, type Asked } from "./useSuggestions";

type Side = "name" | "value";

type Props = {
  /** What it is one of, with its number: "variable 1". */
  what: string;
  row: Record<Side, string>;
  placeholders: Record<Side, string>;
  /** How much wider the value is than the name. */
  valueWidth: number;
  /** What may be written into it, where that is known. */
  asked?: Asked;
  error?: (side: Side) => string | undefined;
  onChange: (part: Partial<Record<Side, string>>) => void;
  onLeave: (side: Side) => void;
  onRemove: () => void;
};

/** A name and its value, which can be removed. */
export function PairRow({
  what,
  row,
  placeholders,
  valueWidth,
  asked,
  error,
  onChange,
  onLeave,
  onRemove,
}: Props) {
  const field = (side: Side, label: string, flex: number) => {
    const shared = {
      flex,
      "aria-label": `${label} of ${what}`,
      placeholder: placeholders[side],
      classNames: { input: classes.mono },
      spellCheck: false,
      value: row[side],
      error: error?.(side),
      onBlur: () => onLeave(side),
    };
    return asked ? (
      <SuggestedInput
        {...shared}
        suggestions={side === "name" ? asked.items : valuesOf(asked.items, row.name)}
        onAsk={asked.ask}
        onChange={(text) => onChange({ [side]: text })}
      />
    ) : (
      <TextInput {...shared} onChange={(event) => onChange({ [side]: event.currentTarget.value })} />
    );
  };
  return (
    <Group gap="xs" align="flex-start" wrap="nowrap">
      {field("name", "Name", 2)}
      {field("value", "Value", valueWidth)}
      <RemoveButton what={what} onClick={onRemove} />
    </Group>
  );
}
