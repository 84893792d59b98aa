import { Modal, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { useSetLogin } from "./api";
import { Keeping, problemAt } from "./Keeping";

/** Takes what signs in to a store that speaks S3, under the names that S3 clients read. */
export function StoreLoginDialog({ onClose }: { onClose: () => void }) {
  const save = useSetLogin();
  const [store, setStore] = useState({ endpoint: "", region: "", key_id: "", secret_key: "" });
  const set = (forSession: boolean) => save.mutate({ login: { store }, forSession }, { onSuccess: onClose });
  const field = (name: keyof typeof store) => ({
    autoComplete: "off",
    spellCheck: false,
    error: problemAt(save.error, name),
    value: store[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const text = event.currentTarget.value;
      setStore((known) => ({ ...known, [name]: text }));
    },
  });
  return (
    <Modal opened onClose={onClose} title="Sign-in to S3 storage" transitionProps={{ duration: 100 }}>
      <form
        // What was wrong before is not told of what is typed now.
        onChange={() => save.isError && save.reset()}
        onSubmit={(event) => {
          event.preventDefault();
          set(false);
        }}
      >
        <Stack>
          <Text size="sm">
            Runs that are given these secrets fetch code from <code>s3://</code> addresses with them, and S3
            clients in the container find them by themselves.
          </Text>
          <TextInput
            label="Endpoint"
            description="AWS_ENDPOINT_URL: the address of the store. Empty for AWS itself."
            placeholder="https://storage.example.org"
            data-autofocus
            {...field("endpoint")}
          />
          <TextInput
            label="Region"
            description="AWS_REGION. Empty where the store has none."
            placeholder="us-east-1"
            {...field("region")}
          />
          <TextInput label="Key id" description="AWS_ACCESS_KEY_ID" {...field("key_id")} />
          <PasswordInput label="Secret key" description="AWS_SECRET_ACCESS_KEY" {...field("secret_key")} />
          <Keeping
            error={save.error}
            fields={["endpoint", "region", "key_id", "secret_key"]}
            isPending={save.isPending}
            onKeep={set}
            onClose={onClose}
          />
        </Stack>
      </form>
    </Modal>
  );
}
