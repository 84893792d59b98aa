import { ActionIcon, Group, Text, TextInput } from "@mantine/core";

import { errorWords, asIpcError } from "@/ipc";
import { count } from "@/shared/format";
import { Icon } from "@/shared/Icon";

import type { Find } from "./useFind";

/** Finds a text in the whole log: Enter goes to the next line that has it, Shift-Enter to the one before. */
export function FindBar({ find, onStep }: { find: Find; onStep: (by: 1 | -1) => void }) {
  return (
    <Group gap={4} wrap="nowrap" role="search">
      <TextInput
        size="xs"
        w={190}
        aria-label="Find in the log"
        placeholder="Find (case matters)"
        leftSection={<Icon name="search" size={14} />}
        value={find.text}
        onChange={(event) => find.setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onStep(event.shiftKey ? -1 : 1);
          if (event.key === "Escape") find.setText("");
        }}
      />
      {find.text !== "" && (
        <>
          <Text size="xs" c="dimmed" miw={74} role="status">
            {found(find)}
          </Text>
          <ActionIcon
            size="sm"
            variant="default"
            aria-label="Line before"
            disabled={find.matches.length === 0}
            onClick={() => onStep(-1)}
          >
            <Icon name="up" size={12} />
          </ActionIcon>
          <ActionIcon
            size="sm"
            variant="default"
            aria-label="Next line"
            disabled={find.matches.length === 0}
            onClick={() => onStep(1)}
          >
            <Icon name="down" size={12} />
          </ActionIcon>
        </>
      )}
    </Group>
  );
}

function found(find: Find): string {
  if (find.error !== null) return errorWords(asIpcError(find.error).code);
  const lines = `${count(find.matches.length)}${find.isDone ? "" : "…"}`;
  if (find.matches.length === 0) return find.isDone ? "no line" : "looking…";
  return find.current < 0
    ? `${lines} ${find.matches.length === 1 ? "line" : "lines"}`
    : `${count(find.current + 1)} of ${lines}`;
}
