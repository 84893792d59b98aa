import { Alert } from "@mantine/core";
import type { ReactNode } from "react";

/** Says that what is on view is of an earlier time, and since when. What is on view stays there. */
export function Stale({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <Alert color="yellow" variant="light" py={6} title={title} role="status">
      {children}
    </Alert>
  );
}
