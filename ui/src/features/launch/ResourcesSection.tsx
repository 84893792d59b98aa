import { SimpleGrid } from "@mantine/core";

import { AskedField, TypedField } from "./fields";
import type { SectionProps } from "./NewRun";
import { Section } from "./Section";

const fields = [
  { name: "cpu_request", label: "CPU set aside", placeholder: "100m" },
  { name: "cpu_limit", label: "CPU at most", placeholder: "no limit" },
  { name: "memory_request", label: "Memory set aside", placeholder: "256Mi" },
  { name: "memory_limit", label: "Memory at most", placeholder: "no limit" },
] as const;

/** What the run may use. */
export function ResourcesSection(section: SectionProps) {
  return (
    <Section title="Resources">
      <SimpleGrid cols={2} spacing="sm" verticalSpacing="sm">
        {fields.map((field) => (
          <TypedField key={field.name} section={section} {...field} />
        ))}
        <TypedField section={section} name="gpu" label="GPUs" placeholder="none" inputMode="numeric" />
        <AskedField
          section={section}
          name="gpu_key"
          label="GPU resource"
          placeholder="nvidia.com/gpu"
          kind="accelerators"
        />
        <TypedField section={section} name="disk" label="Scratch space" placeholder="no limit" />
      </SimpleGrid>
    </Section>
  );
}
