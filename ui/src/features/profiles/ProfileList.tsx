import { Button, Group, Stack, Table, Text, Title, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useProject } from "@/features/projects";
import type { ProfileView } from "@/ipc";
import { Ago } from "@/shared/Ago";
import { ConfirmDelete } from "@/shared/ConfirmDelete";
import { Empty } from "@/shared/Empty";
import { Icon } from "@/shared/Icon";
import { Loaded } from "@/shared/Loaded";
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
      <Loaded query={query} what="profiles">
        {(profiles) =>
          profiles.length === 0 ? (
            <Empty title="No profiles yet">
              <Text size="sm">
                A profile is a preset: memory, node labels, volumes and the like under one name. A run that
                names it takes what it does not say itself.
              </Text>
            </Empty>
          ) : (
            <div className={classes.scroll}>
              <Table
                className={classes.table}
                highlightOnHover
                stickyHeader
                verticalSpacing={7}
                aria-label="Profiles"
              >
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th w={180}>Profile</Table.Th>
                    <Table.Th>What for</Table.Th>
                    <Table.Th>Presets</Table.Th>
                    <Table.Th w={120}>Changed</Table.Th>
                    <Table.Th w={150}>
                      <VisuallyHidden>Actions</VisuallyHidden>
                    </Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {profiles.map((profile) => (
                    <Table.Tr key={profile.name} onDoubleClick={() => setOpen({ about: "edit", profile })}>
                      <Table.Td className={classes.name} title={profile.name}>
                        {profile.name}
                      </Table.Td>
                      <Table.Td>{profile.description ?? "–"}</Table.Td>
                      <Table.Td className={classes.presets}>
                        {profile.values
                          .map(({ path, value }) => `${parameterName(path)}: ${valueText(value)}`)
                          .join(" · ") || "–"}
                      </Table.Td>
                      <Table.Td>
                        <Ago time={profile.updated} />
                      </Table.Td>
                      <Table.Td>
                        <Group gap="xs" justify="flex-end" wrap="nowrap">
                          <Button
                            size="compact-xs"
                            variant="default"
                            aria-label={`Edit ${profile.name}`}
                            onClick={() => setOpen({ about: "edit", profile })}
                          >
                            Edit…
                          </Button>
                          <Button
                            size="compact-xs"
                            variant="default"
                            aria-label={`Delete ${profile.name}`}
                            onClick={() => setOpen({ about: "delete", profile })}
                          >
                            Delete…
                          </Button>
                        </Group>
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </div>
          )
        }
      </Loaded>
      {open?.about === "new" && <ProfileDialog onClose={close} />}
      {open?.about === "edit" && <ProfileDialog profile={open.profile} onClose={close} />}
      {open?.about === "delete" && <DeleteProfile name={open.profile.name} onClose={close} />}
    </Stack>
  );
}

function DeleteProfile({ name, onClose }: { name: string; onClose: () => void }) {
  return (
    <ConfirmDelete name={name} remove={useDeleteProfile(name)} onClose={onClose}>
      Runs that were launched with it keep the values that they took; a new run that names it is refused.
    </ConfirmDelete>
  );
}
