import { Checkbox } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import type { RunView } from "@/ipc";
import { ConfirmDialog } from "@/shared/ConfirmDialog";

import { useDeleteRun } from "./api";

type Props = { run: RunView; isOpen: boolean; onClose: () => void };

/** Asks what shall go: history and cluster are two different things. */
export function DeleteDialog({ run, isOpen, onClose }: Props) {
  const navigate = useNavigate();
  const remove = useDeleteRun(run.id);
  const [history, setHistory] = useState(true);
  const [objects, setObjects] = useState(!run.only_in_history);
  const withObjects = objects && !run.only_in_history;

  const confirm = () =>
    remove.mutate(
      { history, objects: withObjects },
      {
        onSuccess: () => {
          onClose();
          if (history) void navigate({ to: "/runs" });
        },
      },
    );

  return (
    <ConfirmDialog
      isOpen={isOpen}
      title={`Delete ${run.name}`}
      confirm={`Delete ${run.name}`}
      isDestructive
      isDisabled={!history && !withObjects}
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      <Checkbox
        label="From the history, with its log"
        description="This cannot be undone. To hide it only, archive it."
        checked={history}
        onChange={(event) => setHistory(event.currentTarget.checked)}
      />
      <Checkbox
        label="From the cluster"
        description={
          run.only_in_history
            ? "Nothing of it is in the cluster any more."
            : "What is still running of it ends."
        }
        disabled={run.only_in_history}
        checked={withObjects}
        onChange={(event) => setObjects(event.currentTarget.checked)}
      />
    </ConfirmDialog>
  );
}
