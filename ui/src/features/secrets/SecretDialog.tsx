import { Modal, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useState } from "react";

import { useSetSecret } from "./api";
import { Keeping, problemAt } from "./Keeping";

/** Takes one value, of a secret that has a name already or gets one here. It lives as long as the dialog is open. */
export function SecretDialog({ name, onClose }: { name: string | null; onClose: () => void }) {
  const save = useSetSecret();
  const [typed, setTyped] = useState(name ?? "");
  const [value, setValue] = useState("");
  const set = (forSession: boolean) =>
    save.mutate({ name: typed, value, forSession }, { onSuccess: onClose });
  return (
    <Modal
      opened
      onClose={onClose}
      title={name === null ? "New secret" : `Replace ${name}`}
      transitionProps={{ duration: 100 }}
    >
      <form
        // What was wrong before is not told of what is typed now.
        onChange={() => save.isError && save.reset()}
        onSubmit={(event) => {
          event.preventDefault();
          set(false);
        }}
      >
        <Stack>
          {name === null && (
            <TextInput
              label="Name"
              description="Runs see it as the environment variable of this name."
              placeholder="TOKEN"
              data-autofocus
              error={problemAt(save.error, "name")}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )}
          <PasswordInput
            label={name === null ? "Value" : "New value"}
            autoComplete="off"
            spellCheck={false}
            error={problemAt(save.error, "value")}
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
          />
          <Keeping
            error={save.error}
            fields={["name", "value"]}
            isPending={save.isPending}
            onKeep={set}
            onClose={onClose}
          />
        </Stack>
      </form>
    </Modal>
  );
}
