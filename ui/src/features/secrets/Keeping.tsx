import { Button, Group, Text } from "@mantine/core";

import { asIpcError } from "@/ipc";
import { ErrorPanel } from "@/shared/ErrorPanel";

type Props = {
  /** Why it could not be kept. */
  error: unknown;
  /** The fields of the dialog: what is wrong at one of them stands there. */
  fields: readonly string[];
  isPending: boolean;
  onKeep: (forSession: boolean) => void;
  onClose: () => void;
};

/** The end of a dialog that takes secret values: for the keyring, or for this session where there is none. */
export function Keeping({ error, fields, isPending, onKeep, onClose }: Props) {
  const failure = error ? asIpcError(error) : null;
  const isAtField = failure?.fields.some((problem) => fields.includes(problem.path)) ?? false;
  const isWithoutKeyring = failure?.code === "keyring";
  return (
    <>
      {failure && !isAtField && <ErrorPanel error={failure} />}
      {isWithoutKeyring && (
        <Text size="sm">
          For now the values can stay in the memory of Berth. They are used by runs that you launch from this
          window, and forgotten when it is closed.
        </Text>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        {isWithoutKeyring && (
          <Button variant="default" loading={isPending} onClick={() => onKeep(true)}>
            Keep for this session
          </Button>
        )}
        <Button type="submit" loading={isPending}>
          {isWithoutKeyring ? "Try the keyring again" : "Set"}
        </Button>
      </Group>
    </>
  );
}

/** The message at a field of a failed keeping. */
export function problemAt(error: unknown, path: string): string | undefined {
  return error ? asIpcError(error).fields.find((problem) => problem.path === path)?.message : undefined;
}
