import { Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useProject } from "@/features/projects";
import type { ProfileView } from "@/ipc";
import { Ago } from "@/shared/Ago";
import { ConfirmDelete } from "@/shared/ConfirmDelete";
import { Empty } from "@/shared/Empty";
import { Icon } from "@/shared/Icon";
import { ListTable } from "@/shared/ListTable";
import { parameterName, valueText } from "@/shared/parameters";

import { profileListOptions, useDeleteProfile } from "./api";
import { ProfileDialog } from "./ProfileDialog";
import classes from "./profiles.module.css";

type Open = { about: "new" } | { about: "edit" | "delete"; profile: ProfileView };

/** The presets of a project, and what each says. */
export function ProfileList() {
  const query = useQuery(profileListOptions(useProject()));
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  return (
    <Stack className={classes.screen} gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          Profiles
        </Title>
        <Button
          size="xs"
          leftSection={<Icon name="plus" size={14} />}
          onClick={() => setOpen({ about: "new" })}
        >
          New profile
        </Button>
      </Group>
      <ListTable
        name="Profiles"
        query={query}
        items={(profiles) => profiles}
        empty={
          <Empty title="No profiles yet">
            <Text size="sm">
              A profile is a preset: memory, node labels, volumes and the like under one name. A run that
              names it takes what it does not say itself.
            </Text>
          </Empty>
        }
        columns={[
          { label: "Profile", width: 180 },
          { label: "What for" },
          { label: "Presets" },
          { label: "Changed", width: 120 },
          { label: "Actions", width: 150, isHidden: true },
        ]}
        row={(profile) => (
          <Row
            key={profile.name}
            profile={profile}
            onEdit={() => setOpen({ about: "edit", profile })}
            onDelete={() => setOpen({ about: "delete", profile })}
          />
        )}
      />
      {open?.about === "new" && <ProfileDialog onClose={close} />}
      {open?.about === "edit" && <ProfileDialog profile={open.profile} onClose={close} />}
      {open?.about === "delete" && <DeleteProfile name={open.profile.name} onClose={close} />}
    </Stack>
  );
}

type RowProps = { profile: ProfileView; onEdit: () => void; onDelete: () => void };

function Row({ profile, onEdit, onDelete }: RowProps) {
  return (
    <Table.Tr onDoubleClick={onEdit}>
      <Table.Td className={classes.name} title={profile.name}>
        {profile.name}
      </Table.Td>
      <Table.Td>{profile.description ?? "–"}</Table.Td>
      <Table.Td className={classes.presets}>
        {profile.values.map(({ path, value }) => `${parameterName(path)}: ${valueText(value)}`).join(" · ") ||
          "–"}
      </Table.Td>
      <Table.Td>
        <Ago time={profile.updated} />
      </Table.Td>
      <Table.Td>
        <Group gap="xs" justify="flex-end" wrap="nowrap">
          <Button size="compact-xs" variant="default" aria-label={`Edit ${profile.name}`} onClick={onEdit}>
            Edit…
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Delete ${profile.name}`}
            onClick={onDelete}
          >
            Delete…
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function DeleteProfile({ name, onClose }: { name: string; onClose: () => void }) {
  return (
    <ConfirmDelete name={name} remove={useDeleteProfile(name)} onClose={onClose}>
      Runs that were launched with it keep the values that they took; a new run that names it is refused.
    </ConfirmDelete>
  );
}
