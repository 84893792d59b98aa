import { ActionIcon, Group, TextInput } from "@mantine/core";

import { Icon } from "@/shared/Icon";

import classes from "./launch.module.css";

type Side = "name" | "value";

type Props = {
  /** What it is one of, with its number: "variable 1". */
  what: string;
  row: Record<Side, string>;
  placeholders: Record<Side, string>;
  /** How much wider the value is than the name. */
  valueWidth: number;
  error?: (side: Side) => string | undefined;
  onChange: (part: Partial<Record<Side, string>>) => void;
  onLeave: (side: Side) => void;
  onRemove: () => void;
};

/** A name and its value, which can be removed. */
export function PairRow({ what, row, placeholders, valueWidth, error, onChange, onLeave, onRemove }: Props) {
  const field = (side: Side, label: string, flex: number) => (
    <TextInput
      flex={flex}
      aria-label={`${label} of ${what}`}
      placeholder={placeholders[side]}
      classNames={{ input: classes.mono }}
      spellCheck={false}
      value={row[side]}
      error={error?.(side)}
      onChange={(event) => onChange({ [side]: event.currentTarget.value })}
      onBlur={() => onLeave(side)}
    />
  );
  return (
    <Group gap="xs" align="flex-start" wrap="nowrap">
      {field("name", "Name", 2)}
      {field("value", "Value", valueWidth)}
      <ActionIcon variant="subtle" color="gray" mt={4} aria-label={`Remove ${what}`} onClick={onRemove}>
        <Icon name="close" size={14} />
      </ActionIcon>
    </Group>
  );
}
