import { Button } from "@mantine/core";
import type { ReactNode } from "react";

import { Icon } from "@/shared/Icon";

/** Adds a row. */
export function AddButton({ children, onClick }: { children: ReactNode; onClick: () => void }) {
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<Icon name="plus" size={12} />}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}
