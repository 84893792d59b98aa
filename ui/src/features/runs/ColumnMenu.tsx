import { Button, Checkbox, Popover, Stack, Switch } from "@mantine/core";

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
          <Switch
            size="xs"
            label="Dense rows"
            checked={preferences.is_dense ?? false}
            onChange={(event) => change({ is_dense: event.currentTarget.checked })}
          />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
