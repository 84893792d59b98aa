import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { asIpcError, type RegistryChoice } from "@/ipc";

import { useSetRegistry } from "./api";

const NONE: RegistryChoice = { address: "", secret: null, plain_http: false, cache: false };

type Props = { project: string; registry: RegistryChoice | null; onClose: () => void };

/** Where the builds of a project put their images. */
export function RegistryDialog({ project, registry, onClose }: Props) {
  const save = useSetRegistry(project);
  const [typed, setTyped] = useState(registry ?? NONE);
  const change = (part: Partial<RegistryChoice>) => {
    save.reset();
    setTyped((known) => ({ ...known, ...part }));
  };
  const put = (choice: RegistryChoice | null) => save.mutate(choice, { onSuccess: onClose });
  return (
    <Modal opened onClose={onClose} title={`Registry of ${project}`} transitionProps={{ duration: 100 }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          put(typed);
        }}
      >
        <Stack gap="sm">
          <Text size="sm">Builds push their images here, and the cluster pulls them from here.</Text>
          <TextInput
            label="Address"
            description="As the cluster reaches it: a host, with a port and a folder where wished"
            placeholder="registry.example.org/team"
            data-autofocus
            value={typed.address}
            error={save.error && asIpcError(save.error).message}
            onChange={(event) => change({ address: event.currentTarget.value })}
          />
          <TextInput
            label="Secret"
            description="A secret of the project that signs in: USER:PASSWORD, or the text of a Docker config.json"
            value={typed.secret ?? ""}
            onChange={(event) => change({ secret: event.currentTarget.value || null })}
          />
          <Checkbox
            label="It speaks plain HTTP"
            description="Everybody on the way can read and change what is sent"
            checked={typed.plain_http}
            onChange={(event) => change({ plain_http: event.currentTarget.checked })}
          />
          <Checkbox
            label="Keep layers for the next build"
            description="In the registry, under the image's name with /cache behind"
            checked={typed.cache}
            onChange={(event) => change({ cache: event.currentTarget.checked })}
          />
          <Group justify="flex-end">
            {registry && (
              <Button variant="default" disabled={save.isPending} onClick={() => put(null)}>
                Remove
              </Button>
            )}
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={typed.address.trim() === ""}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
