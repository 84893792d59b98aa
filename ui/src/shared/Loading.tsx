import { Skeleton, Stack } from "@mantine/core";

import classes from "./loading.module.css";

/** Stands where something is being read; shows nothing at first, so that what comes at once does not flash. */
export function Loading({ what, rows = 4 }: { what: string; rows?: number }) {
  return (
    <Stack gap={10} className={classes.late} role="status" aria-label={`Loading ${what}`}>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={22} radius="sm" />
      ))}
    </Stack>
  );
}
