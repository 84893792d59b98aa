import { Text } from "@mantine/core";
import type { UseMutationResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { ConfirmDialog } from "./ConfirmDialog";

type Props = {
  name: string;
  /** Deletes it. */
  remove: UseMutationResult<unknown, Error, void>;
  onClose: () => void;
  /** What goes with it, and what stays. */
  children: ReactNode;
};

/** Asks before what has a name is deleted, and closes once it is gone. */
export function ConfirmDelete({ name, remove, onClose, children }: Props) {
  return (
    <ConfirmDialog
      isOpen
      title={`Delete ${name}`}
      confirm="Delete"
      isDestructive
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Text size="sm">{children}</Text>
    </ConfirmDialog>
  );
}
