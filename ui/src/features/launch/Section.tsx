import { Stack, Text, Title } from "@mantine/core";
import { useId, type ReactNode } from "react";

/** A part of the form under its title. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} data-section={title}>
      <Title id={id} order={2} size="h5" mb="xs">
        {title}
      </Title>
      <Stack gap="sm">{children}</Stack>
    </section>
  );
}

/** What is wrong with a part of the form that is more than one control. */
export function Wrong({ children }: { children: string | undefined }) {
  return children === undefined ? null : (
    <Text size="xs" c="red">
      {children}
    </Text>
  );
}
