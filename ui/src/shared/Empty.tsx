import { Center, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

type Props = {
  /** For a whole screen. Without one it is a line within a part of a screen that has its title already. */
  title?: string;
  children: ReactNode;
};

/** Where there is nothing to show: what would be here, and how to get it. */
export function Empty({ title, children }: Props) {
  if (title === undefined) {
    return (
      <Text size="sm" c="dimmed">
        {children}
      </Text>
    );
  }
  return (
    <Center flex={1} p="md">
      <Stack align="center" gap="sm" maw={440} ta="center">
        <Title order={2} size="h4">
          {title}
        </Title>
        {children}
      </Stack>
    </Center>
  );
}
