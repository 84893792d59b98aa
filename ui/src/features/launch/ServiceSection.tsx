import { Group, Select, SimpleGrid, Text, TextInput } from "@mantine/core";

import { AddButton } from "./AddButton";
import { blankRows } from "./draft";
import { TypedField } from "./fields";
import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { RemoveButton } from "./RemoveButton";
import { rowControls } from "./rows";
import { Section, Wrong } from "./Section";

const types = [
  { value: "", label: "NodePort: on nodes" },
  { value: "ClusterIP", label: "ClusterIP: inside" },
  { value: "LoadBalancer", label: "LoadBalancer: outside" },
];

/** How wide the fields of a port are to each other: as their names need it. */
const widths = { port: 5, target_port: 5, name: 5, node_port: 6 };

const protocols = [
  { value: "", label: "TCP" },
  { value: "UDP", label: "UDP" },
  { value: "SCTP", label: "SCTP" },
];

/** What only services have: copies, ports, probes. */
export function ServiceSection(section: SectionProps) {
  const { draft, change, problem } = section;
  const isServed = draft.action === "serve";
  const rows = rowControls("service_ports", draft.service_ports, section, (service_ports) =>
    change({ service_ports }),
  );
  return (
    <Section title="Service">
      <SimpleGrid cols={2} spacing="sm">
        <TypedField section={section} name="replicas" label="Copies" placeholder="1" inputMode="numeric" />
        {isServed && (
          <Select
            label="Reached"
            data={types}
            allowDeselect={false}
            value={draft.service_type === "NodePort" ? "" : draft.service_type}
            error={problem("service_type")}
            onChange={(type) => change({ service_type: type ?? "" })}
          />
        )}
      </SimpleGrid>
      {isServed &&
        draft.service_ports.map((row, index) => {
          const what = `port ${index + 1}`;
          const typed = (field: "port" | "target_port" | "name" | "node_port", label: string) => ({
            flex: widths[field],
            label,
            "aria-label": `${label} of ${what}`,
            classNames: { input: classes.mono },
            spellCheck: false,
            value: row[field],
            error: rows.problem(row, field),
            onChange: (event: { currentTarget: { value: string } }) =>
              rows.set(row, { [field]: event.currentTarget.value }),
            onBlur: () => rows.onLeave(row, field),
          });
          return (
            <Group key={row.row} gap="xs" align="flex-start" wrap="nowrap" className={classes.oneLine}>
              <TextInput {...typed("port", "Port")} placeholder="80" inputMode="numeric" />
              <TextInput
                {...typed("target_port", "Target")}
                placeholder={row.port.trim() || "8080"}
                inputMode="numeric"
              />
              <TextInput {...typed("name", "Name")} placeholder="web" />
              <Select
                w={80}
                label="Protocol"
                aria-label={`Protocol of ${what}`}
                data={protocols}
                allowDeselect={false}
                value={row.protocol === "TCP" ? "" : row.protocol}
                error={rows.problem(row, "protocol")}
                onChange={(protocol) => rows.set(row, { protocol: protocol ?? "" })}
              />
              {(["", "NodePort"].includes(draft.service_type) || row.node_port !== "") && (
                <TextInput {...typed("node_port", "Node port")} placeholder="any" inputMode="numeric" />
              )}
              <div className={classes.besideLabel}>
                <RemoveButton what={what} onClick={() => rows.remove(row)} />
              </div>
            </Group>
          );
        })}
      {isServed && (
        <>
          <Wrong>{problem("service_ports")}</Wrong>
          <Group>
            <AddButton onClick={() => rows.add({ ...blankRows.service_ports, row: 0 })}>Add port</AddButton>
          </Group>
          <TypedField
            section={section}
            name="service_name"
            label="Service name"
            description="A second name in the cluster, which stays: the newest run that takes it answers there."
            placeholder="none"
          />
        </>
      )}
      <ProbeFields
        {...section}
        probe="readiness_probe"
        label="Ready when"
        note="Requests are sent to a copy only while this holds."
      />
      <ProbeFields
        {...section}
        probe="liveness_probe"
        label="Started anew unless"
        note="A copy for which this does not hold is started anew."
      />
    </Section>
  );
}

const checks = [
  { value: "", label: "nothing is asked" },
  { value: "http", label: "HTTP answers" },
  { value: "tcp", label: "a port accepts" },
  { value: "exec", label: "a command succeeds" },
];

const times = [
  { field: "initial_delay_seconds", label: "First after", placeholder: "0", unit: "s" },
  { field: "period_seconds", label: "Every", placeholder: "10", unit: "s" },
  { field: "timeout_seconds", label: "Answer in", placeholder: "1", unit: "s" },
  { field: "failure_threshold", label: "Tries", placeholder: "3", unit: "" },
] as const;

type ProbeProps = SectionProps & {
  probe: "readiness_probe" | "liveness_probe";
  label: string;
  note: string;
};

/** What the cluster asks a copy again and again. */
function ProbeFields({ probe, label, note, draft, change, problem, onLeave }: ProbeProps) {
  const asked = draft[probe];
  const set = (part: Partial<typeof asked>) => change({ [probe]: { ...asked, ...part } });
  const typed = (field: Exclude<keyof typeof asked, "kind">, name: string) => ({
    label: name,
    "aria-label": `${name}, ${label.toLowerCase()}`,
    classNames: { input: classes.mono },
    spellCheck: false,
    value: asked[field],
    error: problem(`${probe}.${field}`),
    onChange: (event: { currentTarget: { value: string } }) => set({ [field]: event.currentTarget.value }),
    onBlur: () => onLeave(`${probe}.${field}`),
  });
  return (
    <div className={asked.kind === "" ? undefined : classes.card} role="group" aria-label={label}>
      <SimpleGrid cols={asked.kind === "http" ? 3 : 2} spacing="xs" verticalSpacing="xs">
        <Select
          label={label}
          data={checks}
          allowDeselect={false}
          value={asked.kind}
          error={problem(`${probe}.kind`)}
          onChange={(kind) => set({ kind: kind ?? "" })}
        />
        {asked.kind === "http" && <TextInput {...typed("path", "Path")} placeholder="/" />}
        {(asked.kind === "http" || asked.kind === "tcp") && (
          <TextInput {...typed("port", "At port")} placeholder="first port" inputMode="numeric" />
        )}
        {asked.kind === "exec" && (
          <TextInput {...typed("command", "Command")} placeholder="test -e /tmp/ready" />
        )}
      </SimpleGrid>
      {asked.kind !== "" && (
        <>
          <SimpleGrid cols={4} spacing="xs" className={classes.oneLine}>
            {times.map(({ field, label: name, placeholder, unit }) => (
              <TextInput
                key={field}
                {...typed(field, name)}
                placeholder={placeholder}
                inputMode="numeric"
                rightSection={unit && <span className={classes.unit}>{unit}</span>}
                rightSectionPointerEvents="none"
              />
            ))}
          </SimpleGrid>
          <Text size="xs" c="dimmed">
            {note}
          </Text>
        </>
      )}
    </div>
  );
}
