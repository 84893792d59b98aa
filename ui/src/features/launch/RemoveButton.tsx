import { ActionIcon } from "@mantine/core";

import { Icon } from "@/shared/Icon";

/** Takes a row away; `what` is the row with its number. */
export function RemoveButton({ what, onClick }: { what: string; onClick: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" mt={4} aria-label={`Remove ${what}`} onClick={onClick}>
      <Icon name="close" size={14} />
    </ActionIcon>
  );
}
