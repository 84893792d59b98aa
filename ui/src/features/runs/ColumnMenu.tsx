import { Button, Checkbox, Popover, Stack } from "@mantine/core";

import { usePreferences } from "@/features/settings";

import { columnNames, optionalColumns, toggleColumn } from "./columns";

/** Which columns the list has; remembered. */
export function ColumnMenu() {
  const [preferences, change] = usePreferences();
  const hidden = preferences.hidden_columns ?? [];
  return (
    <Popover position="bottom-end" shadow="md" transitionProps={{ duration: 100 }}>
      <Popover.Target>
        <Button size="compact-xs" variant="default">
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          {columnNames.map((name) => (
            <Checkbox
              key={name}
              size="xs"
              label={optionalColumns[name]}
              checked={!hidden.includes(name)}
              onChange={() => change({ hidden_columns: toggleColumn(hidden, name) })}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
