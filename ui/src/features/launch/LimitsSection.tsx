import { SimpleGrid } from "@mantine/core";

import { TypedField } from "./fields";
import type { SectionProps } from "./NewRun";
import { Section } from "./Section";

const fields = [
  {
    name: "backoff_limit",
    label: "Retries",
    placeholder: "0",
    unit: "times",
    description: "How often a failed attempt is tried again.",
  },
  {
    name: "deadline",
    label: "Time limit",
    placeholder: "none",
    unit: "s",
    description: "Of one attempt; after that it is stopped.",
  },
  {
    name: "ttl",
    label: "Kept in the cluster",
    placeholder: "86400",
    unit: "s",
    description: "After it ended. The history here keeps everything.",
  },
] as const;

/** How often, how long. */
export function LimitsSection(section: SectionProps) {
  return (
    <Section title="Retries and limits">
      <SimpleGrid cols={{ base: 2, lg: 3 }} spacing="sm">
        {fields.map((field) => (
          <TypedField key={field.name} section={section} inputMode="numeric" isDescribedBelow {...field} />
        ))}
      </SimpleGrid>
    </Section>
  );
}
