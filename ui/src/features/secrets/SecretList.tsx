import { Badge, Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useProject } from "@/features/projects";
import type { SecretView } from "@/ipc";
import { Ago } from "@/shared/Ago";
import { ConfirmDelete } from "@/shared/ConfirmDelete";
import { Empty } from "@/shared/Empty";
import { Icon } from "@/shared/Icon";
import { ListTable } from "@/shared/ListTable";

import { secretListOptions, useDeleteSecret } from "./api";
import { RegistryLoginDialog } from "./RegistryLoginDialog";
import classes from "./secrets.module.css";
import { SecretDialog } from "./SecretDialog";
import { StoreLoginDialog } from "./StoreLoginDialog";

/** What the open dialog is about. */
type Open =
  | { about: "new" }
  | { about: "replace"; name: string }
  | { about: "registry" }
  | { about: "store" }
  | { about: "delete"; secret: SecretView };

/** Names, where the values lie, and who uses them; a value is typed and never shown. */
export function SecretList() {
  const query = useQuery(secretListOptions(useProject()));
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const add = (
    <Group gap="xs">
      <Button size="xs" variant="default" onClick={() => setOpen({ about: "registry" })}>
        Registry sign-in…
      </Button>
      <Button size="xs" variant="default" onClick={() => setOpen({ about: "store" })}>
        S3 sign-in…
      </Button>
      <Button
        size="xs"
        leftSection={<Icon name="plus" size={14} />}
        onClick={() => setOpen({ about: "new" })}
      >
        New secret
      </Button>
    </Group>
  );
  return (
    <Stack className={classes.screen} gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          Secrets
        </Title>
        {add}
      </Group>
      <ListTable
        name="Secrets"
        query={query}
        items={(secrets) => secrets}
        empty={
          <Empty title="No secrets yet">
            <Text size="sm">
              A secret is a value that a run needs and nobody should read: a password, a token, a key. It lies
              in the keyring of this computer, and a run that names it gets it as an environment variable.
            </Text>
          </Empty>
        }
        columns={[
          { label: "Secret" },
          { label: "Its value lies", width: 170 },
          { label: "Set", width: 120 },
          { label: "Used by" },
          { label: "Actions", width: 200, isHidden: true },
        ]}
        row={(secret) => (
          <Row
            key={secret.name}
            secret={secret}
            onReplace={() => setOpen({ about: "replace", name: secret.name })}
            onDelete={() => setOpen({ about: "delete", secret })}
          />
        )}
      />
      {open?.about === "new" && <SecretDialog name={null} onClose={close} />}
      {open?.about === "replace" && <SecretDialog name={open.name} onClose={close} />}
      {open?.about === "registry" && <RegistryLoginDialog onClose={close} />}
      {open?.about === "store" && <StoreLoginDialog onClose={close} />}
      {open?.about === "delete" && <DeleteSecret secret={open.secret} onClose={close} />}
    </Stack>
  );
}

type RowProps = { secret: SecretView; onReplace: () => void; onDelete: () => void };

function Row({ secret, onReplace, onDelete }: RowProps) {
  const users = [...(secret.registry === null ? [] : [`registry ${secret.registry}`]), ...secret.used_by];
  const usedBy = users.join(", ");
  return (
    <Table.Tr>
      <Table.Td className={classes.name}>{secret.name}</Table.Td>
      <Table.Td>
        {secret.place === "keyring" ? (
          "in the keyring"
        ) : (
          <Badge variant="default" size="sm" tt="none" title="It is forgotten when Berth is closed.">
            in this session only
          </Badge>
        )}
      </Table.Td>
      <Table.Td>{secret.updated ? <Ago time={secret.updated} /> : "–"}</Table.Td>
      <Table.Td className={classes.name} title={usedBy}>
        {usedBy || "–"}
      </Table.Td>
      <Table.Td>
        <Group gap="xs" justify="flex-end" wrap="nowrap">
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Replace ${secret.name}`}
            onClick={onReplace}
          >
            Replace…
          </Button>
          <Button size="compact-xs" variant="default" aria-label={`Delete ${secret.name}`} onClick={onDelete}>
            Delete…
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function DeleteSecret({ secret, onClose }: { secret: SecretView; onClose: () => void }) {
  const { name, registry } = secret;
  return (
    <ConfirmDelete name={name} remove={useDeleteSecret(name)} onClose={onClose}>
      Its value goes with it, which cannot be undone. Runs that have it already keep it; a new run that names
      it is refused.
      {registry !== null &&
        ` The project signs in to its registry ${registry} with it: without it builds are refused, and nodes pull only what is public there.`}
    </ConfirmDelete>
  );
}
