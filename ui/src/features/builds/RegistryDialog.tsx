import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { asIpcError, type ProjectView, type RegistryChoice } from "@/ipc";

import { useSetRegistry } from "./api";
import { RegistryTry } from "./RegistryTry";

const NONE: RegistryChoice = { address: "", secret: null, plain_http: false, cache: false };

/** Where the builds of a project put their images; it stays open when that is saved, to be tried. */
export function RegistryDialog({ project, onClose }: { project: ProjectView; onClose: () => void }) {
  const { name, registry, target } = project;
  const save = useSetRegistry(name);
  const [typed, setTyped] = useState(registry ?? NONE);
  const change = (part: Partial<RegistryChoice>) => {
    save.reset();
    setTyped((known) => ({ ...known, ...part }));
  };
  const isSaved = registry !== null && isSame(registry, typed);
  const failure = save.error ? asIpcError(save.error) : null;
  const problem = (path: string) => failure?.fields.find((field) => field.path === path)?.message;
  return (
    <Modal opened onClose={onClose} title={`Registry of ${name}`} transitionProps={{ duration: 100 }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(typed);
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
            error={failure && !problem("secret") && failure.message}
            onChange={(event) => change({ address: event.currentTarget.value })}
          />
          <TextInput
            label="Secret"
            description="A secret of the project that signs in: USER:PASSWORD, or the text of a Docker config.json. Secrets, Registry sign-in makes one."
            placeholder="REGISTRY"
            value={typed.secret ?? ""}
            error={problem("secret")}
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
          {registry && <RegistryTry project={name} target={target} isDisabled={!isSaved || save.isPending} />}
          <Group justify="flex-end">
            {registry && (
              <Button
                variant="default"
                disabled={save.isPending}
                onClick={() => save.mutate(null, { onSuccess: onClose })}
              >
                Remove
              </Button>
            )}
            <Button variant="default" onClick={onClose}>
              {isSaved ? "Close" : "Cancel"}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={isSaved || typed.address.trim() === ""}>
              {isSaved ? "Saved" : "Save"}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Whether what is typed is what is saved; an empty secret is none. */
function isSame(saved: RegistryChoice, typed: RegistryChoice): boolean {
  return (
    saved.address === typed.address.trim() &&
    (saved.secret ?? "") === (typed.secret ?? "").trim() &&
    saved.plain_http === typed.plain_http &&
    saved.cache === typed.cache
  );
}
