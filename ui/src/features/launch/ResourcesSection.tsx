import { SimpleGrid, TextInput } from "@mantine/core";

import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { Section } from "./Section";

const fields = [
  { name: "cpuRequest", label: "CPU set aside", placeholder: "100m" },
  { name: "cpuLimit", label: "CPU at most", placeholder: "no limit" },
  { name: "memoryRequest", label: "Memory set aside", placeholder: "256Mi" },
  { name: "memoryLimit", label: "Memory at most", placeholder: "no limit" },
] as const;

/** What the run may use. */
export function ResourcesSection({ draft, change, problem, onLeave }: SectionProps) {
  return (
    <Section title="Resources">
      <SimpleGrid cols={2} spacing="sm" verticalSpacing="sm">
        {fields.map(({ name, label, placeholder }) => (
          <TextInput
            key={name}
            label={label}
            placeholder={placeholder}
            classNames={{ input: classes.mono }}
            spellCheck={false}
            value={draft[name]}
            error={problem(name)}
            onChange={(event) => change({ [name]: event.currentTarget.value })}
            onBlur={() => onLeave(name)}
          />
        ))}
      </SimpleGrid>
    </Section>
  );
}
