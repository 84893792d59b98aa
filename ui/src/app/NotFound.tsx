import { Button, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { Empty } from "@/shared/Empty";

/** An address that leads nowhere. */
export function NotFound() {
  return (
    <Stack p="md" h="100%">
      <Title order={1} size="h3">
        Not found
      </Title>
      <Empty title="There is no such screen">
        <Text size="sm">The address leads nowhere; it may be of another version of Berth.</Text>
        <Button size="xs" variant="default" renderRoot={(props) => <Link to="/runs" {...props} />}>
          To the runs
        </Button>
      </Empty>
    </Stack>
  );
}
