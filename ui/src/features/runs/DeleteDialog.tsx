import { Button, Checkbox, Group, Modal, Stack } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import type { RunView } from "@/ipc";
import { ErrorPanel } from "@/shared/ErrorPanel";

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
    <Modal opened={isOpen} onClose={onClose} title={`Delete ${run.name}`} transitionProps={{ duration: 100 }}>
      <Stack>
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
        {remove.error && <ErrorPanel error={remove.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Keep
          </Button>
          <Button
            color="red"
            disabled={!history && !withObjects}
            loading={remove.isPending}
            onClick={confirm}
          >
            Delete
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
