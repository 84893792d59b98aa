import { SegmentedControl, Stack, Switch, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { ContextSettings } from "@/features/clusters";
import { startupOptions, usePreferences } from "@/features/settings";

import classes from "./frame.module.css";

/** What can be set: how the window looks, how contexts are told apart; and where the data lies. */
export function Settings() {
  const startup = useQuery(startupOptions());
  const [preferences, change] = usePreferences();
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
        <Switch
          size="xs"
          label="Dense rows in the list of runs"
          checked={preferences.is_dense ?? false}
          onChange={(event) => change({ is_dense: event.currentTarget.checked })}
        />
      </Part>
      <Part title="Contexts">
        <ContextSettings />
      </Part>
      <Part title="Data">
        <Text size="sm">
          History and logs lie in <code>{startup.data?.data_dir}</code>. The kubeconfig files are read, never
          written.
        </Text>
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
