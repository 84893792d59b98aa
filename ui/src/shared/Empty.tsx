import { Center, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** Where there is nothing to show: what would be here, and how to get it. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Center flex={1}>
      <Stack align="center" gap="sm" maw={440} ta="center">
        <Title order={2} size="h4">
          {title}
        </Title>
        {children}
      </Stack>
    </Center>
  );
}
