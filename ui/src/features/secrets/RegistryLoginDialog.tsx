import { Checkbox, Modal, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useSetRegistry } from "@/features/builds";
import { projectListOptions, useProject } from "@/features/projects";

import { secretListOptions, useSetLogin } from "./api";
import { Keeping, problemAt } from "./Keeping";

/** Takes what signs in to a registry of images, and has the project's registry use it where wished. */
export function RegistryLoginDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const project = useProject();
  const projects = useQuery(projectListOptions());
  const registry = projects.data?.find(({ name }) => name === project)?.registry ?? null;
  const save = useSetLogin();
  const use = useSetRegistry(project);
  const [secret, setSecret] = useState(registry?.secret ?? "REGISTRY");
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [isUsed, setUsed] = useState(true);
  const isOther = registry !== null && registry.secret !== secret.trim();
  // The list says which secret the registry uses.
  const onUsed = () => {
    onClose();
    return client.invalidateQueries({ queryKey: secretListOptions(project).queryKey });
  };
  const set = (forSession: boolean) =>
    save.mutate(
      { login: { registry: { secret, user, password } }, forSession },
      {
        onSuccess: () => {
          if (isOther && isUsed) use.mutate({ ...registry, secret: secret.trim() }, { onSuccess: onUsed });
          else onClose();
        },
      },
    );
  return (
    <Modal opened onClose={onClose} title="Sign-in to a registry" transitionProps={{ duration: 100 }}>
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
            Builds push their images with it, and the nodes of the cluster pull them with it.
          </Text>
          <TextInput
            label="User"
            data-autofocus
            autoComplete="off"
            spellCheck={false}
            error={problemAt(save.error, "user")}
            value={user}
            onChange={(event) => setUser(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password or token"
            autoComplete="off"
            spellCheck={false}
            error={problemAt(save.error, "password") ?? problemAt(save.error, "value")}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <TextInput
            label="Kept as the secret"
            description={
              registry === null
                ? "Name it where the registry of the project is chosen: Settings, Projects."
                : "Both lie in one secret, as USER:PASSWORD."
            }
            spellCheck={false}
            error={problemAt(save.error, "name")}
            value={secret}
            onChange={(event) => setSecret(event.currentTarget.value)}
          />
          {isOther && (
            <Checkbox
              label={`Sign in to ${registry.address} with it`}
              description={`The registry of project ${project}`}
              checked={isUsed}
              onChange={(event) => setUsed(event.currentTarget.checked)}
            />
          )}
          <Keeping
            error={save.error ?? use.error}
            fields={["name", "user", "password", "value"]}
            isPending={save.isPending || use.isPending}
            onKeep={set}
            onClose={onClose}
          />
        </Stack>
      </form>
    </Modal>
  );
}
