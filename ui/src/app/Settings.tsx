import { Button, Group, SegmentedControl, Stack, Switch, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { ContextSettings, KubeconfigFiles } from "@/features/clusters";
import { ProjectSettings } from "@/features/projects";
import { HelperImages, startupOptions, usePreferences } from "@/features/settings";
import { Loaded } from "@/shared/Loaded";

import classes from "./frame.module.css";
import { useSwitchProject } from "./useSwitchProject";
import { zoomed } from "./zoom";

/** What can be set: how the window looks, how contexts are told apart; and where the data lies. */
export function Settings() {
  const startup = useQuery(startupOptions());
  const [preferences, change] = usePreferences();
  const zoom = preferences.zoom ?? 100;
  return (
    <Stack className={classes.settings} gap="xl">
      <Title order={1} size="h3">
        Settings
      </Title>
      <Part title="Appearance">
        <SegmentedControl
          size="xs"
          w={260}
          aria-label="Theme"
          data={[
            { value: "auto", label: "System" },
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
          ]}
          value={preferences.theme ?? "auto"}
          onChange={(value) => change({ theme: value === "light" || value === "dark" ? value : "auto" })}
        />
        <Group gap="xs" role="group" aria-label="Size of everything">
          <Button
            size="compact-xs"
            variant="default"
            aria-label="Draw everything smaller"
            onClick={() => change({ zoom: zoomed(zoom, "smaller") })}
          >
            −
          </Button>
          <Text size="sm" role="status" miw={44} ta="center">
            {zoom} %
          </Text>
          <Button
            size="compact-xs"
            variant="default"
            aria-label="Draw everything larger"
            onClick={() => change({ zoom: zoomed(zoom, "larger") })}
          >
            +
          </Button>
          <Text size="xs" c="dimmed">
            Ctrl + and Ctrl − from everywhere, Ctrl 0 for the usual size
          </Text>
        </Group>
        <Switch
          size="xs"
          label="Dense rows in the list of runs"
          checked={preferences.is_dense ?? false}
          onChange={(event) => change({ is_dense: event.currentTarget.checked })}
        />
      </Part>
      <Part title="Contexts">
        <ContextSettings />
        <KubeconfigFiles />
      </Part>
      <Part title="Projects">
        <ProjectSettings onProject={useSwitchProject()} />
      </Part>
      <Part title="Images of helpers">
        <HelperImages />
      </Part>
      <Part title="Data">
        <Loaded query={startup} what="where the data is" rows={1}>
          {({ data_dir }) => (
            <Text size="sm">
              History and logs are kept in <code>{data_dir}</code>.
            </Text>
          )}
        </Loaded>
      </Part>
    </Stack>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      <Stack gap="sm">{children}</Stack>
    </section>
  );
}
