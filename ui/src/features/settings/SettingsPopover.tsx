import { Popover, SegmentedControl, Stack, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { Icon } from "@/shared/Icon";

import { startupOptions, usePreferences } from "./api";

type Props = { className: string | undefined };

/** What can be set so far: light or dark; and where the data lies. */
export function SettingsPopover({ className }: Props) {
  const startup = useQuery(startupOptions());
  const [preferences, change] = usePreferences();
  return (
    <Popover position="right-end" withArrow shadow="md" transitionProps={{ duration: 100 }}>
      <Popover.Target>
        <UnstyledButton className={className}>
          <Icon name="settings" />
          Settings
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs" w={300}>
          <Text size="sm" fw={600}>
            Theme
          </Text>
          <SegmentedControl
            size="xs"
            aria-label="Theme"
            data={[
              { value: "auto", label: "System" },
              { value: "light", label: "Light" },
              { value: "dark", label: "Dark" },
            ]}
            value={preferences.theme ?? "auto"}
            onChange={(value) => change({ theme: value === "light" || value === "dark" ? value : "auto" })}
          />
          <Text size="sm" fw={600} mt="xs">
            Data folder
          </Text>
          <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {startup.data?.data_dir}
          </Text>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
