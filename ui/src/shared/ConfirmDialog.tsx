import { Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";

import { ErrorPanel } from "./ErrorPanel";

type Props = {
  isOpen: boolean;
  title: string;
  /** The deed with what it is done to: "Delete 3 runs". */
  confirm: string;
  /** What the safe way out is called. */
  keep?: string;
  /** Whether something is lost by it. */
  isDestructive?: boolean;
  isDisabled?: boolean;
  isPending?: boolean;
  /** Why it could not be done. */
  error?: unknown;
  onConfirm: () => void;
  onClose: () => void;
  /** What it means, and what choices there are. */
  children: ReactNode;
};

/** Asks before something that cannot be taken back: the safe button has the focus, Escape takes the safe way. */
export function ConfirmDialog(props: Props) {
  const { isOpen, title, confirm, keep = "Keep", isDestructive = false, error = null, children } = props;
  return (
    <Modal opened={isOpen} onClose={props.onClose} title={title} transitionProps={{ duration: 100 }}>
      <Stack>
        {children}
        {error !== null && <ErrorPanel error={error} />}
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={props.onClose}>
            {keep}
          </Button>
          <Button
            // White on the library's own red is hard to read.
            {...(isDestructive && { color: "red.9" })}
            disabled={props.isDisabled ?? false}
            loading={props.isPending ?? false}
            onClick={props.onConfirm}
          >
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
