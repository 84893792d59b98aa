import { Button, Checkbox, Divider, Popover, Stack, Switch } from "@mantine/core";

import { usePreferences } from "@/features/settings";

import { columnNames, optionalColumns, toggleColumn } from "./columns";

type Props = { archived: boolean; onArchived: (archived: boolean) => void };

/** How the list looks: its columns and the height of its rows, both remembered; and whether what was put away shows. */
export function ViewMenu({ archived, onArchived }: Props) {
  const [preferences, change] = usePreferences();
  const hidden = preferences.hidden_columns ?? [];
  return (
    <Popover position="bottom-end" shadow="md" transitionProps={{ duration: 100 }}>
      <Popover.Target>
        <Button size="compact-xs" variant="default">
          View
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
          <Divider />
          <Switch
            size="xs"
            label="Archived too"
            checked={archived}
            onChange={(event) => onArchived(event.currentTarget.checked)}
          />
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
