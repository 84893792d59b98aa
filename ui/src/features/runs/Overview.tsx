import { Stack, Table, Title } from "@mantine/core";
import type { ReactNode } from "react";

import { BuildSection } from "@/features/builds";
import type { Attempt, RunDetails } from "@/ipc";
import { Empty } from "@/shared/Empty";
import { absoluteTime, length } from "@/shared/format";
import { parameterName, valueText } from "@/shared/parameters";

import classes from "./runs.module.css";
import { attemptLabel, isSchedule, isService, reasonWords } from "./states";

/** What was asked, what became of it. */
export function Overview({ details }: { details: RunDetails }) {
  const { run } = details;
  const facts: [string, ReactNode][] = [
    ["Run", run.id],
    ["Project", run.project],
    ["Kubeconfig", details.kubeconfig],
    ["Submitted", absoluteTime(run.created)],
  ];
  if (details.parent) facts.push(["Repeats", details.parent]);
  if (run.started) facts.push(["Started", absoluteTime(run.started)]);
  if (run.finished) facts.push(["Ended", absoluteTime(run.finished)]);
  if (run.exit_code !== null) facts.push(["Exit code", run.exit_code]);
  if (details.image_digest) facts.push(["Image that ran", details.image_digest]);
  const pods = isService(run) ? "Copies" : "Attempts";
  return (
    <Stack className={classes.padded} gap="lg">
      <Section title="What was asked">
        <Table
          className={`${classes.table} ${classes.values}`}
          verticalSpacing={5}
          aria-label="What was asked"
        >
          <Table.Tbody>
            {details.values.map((value) => (
              <Table.Tr key={value.path}>
                <Table.Td title={value.path}>{parameterName(value.path)}</Table.Td>
                <Table.Td className={classes.mono}>{valueText(value.value)}</Table.Td>
                <Table.Td w={110} c="dimmed">
                  {value.origin}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Section>
      {details.build && (
        <Section title="What it builds">
          <BuildSection run={run} build={details.build} />
        </Section>
      )}
      {/* A schedule has no pods: the runs that it starts have. */}
      {!isSchedule(details) && (
        <Section title={pods}>
          {details.attempts.length === 0 ? (
            <Empty>{run.is_final ? "It ended before a pod was made." : "None yet: no pod was made."}</Empty>
          ) : (
            <Attempts label={pods} attempts={details.attempts} />
          )}
        </Section>
      )}
      <Section title="Objects in the cluster">
        {details.objects.length === 0 ? (
          <Empty>
            {run.is_final ? "None are left, or none was ever created." : "None yet: nothing was created."}
          </Empty>
        ) : (
          <Table className={classes.table} verticalSpacing={5} aria-label="Objects in the cluster">
            <Table.Tbody>
              {details.objects.map((object) => (
                <Table.Tr key={object.uid}>
                  <Table.Td w={140}>{object.kind}</Table.Td>
                  <Table.Td className={classes.mono}>{object.name}</Table.Td>
                  <Table.Td className={classes.mono} c="dimmed">
                    {object.uid}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Section>
      <Section title="About">
        <Table className={`${classes.table} ${classes.values}`} verticalSpacing={5} aria-label="About">
          <Table.Tbody>
            {facts.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Td>{name}</Table.Td>
                <Table.Td className={classes.mono}>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Section>
    </Stack>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <Title order={2} size="h5" mb={6}>
        {title}
      </Title>
      {children}
    </section>
  );
}

function Attempts({ label, attempts }: { label: string; attempts: readonly Attempt[] }) {
  return (
    <Table className={classes.table} verticalSpacing={5} aria-label={label}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={40}>#</Table.Th>
          <Table.Th>Pod</Table.Th>
          <Table.Th w={150}>Node</Table.Th>
          <Table.Th w={100}>State</Table.Th>
          <Table.Th w={160}>Reason</Table.Th>
          <Table.Th w={80}>Exit code</Table.Th>
          <Table.Th w={80}>Duration</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {attempts.map((attempt) => (
          <Table.Tr key={attempt.pod_uid}>
            <Table.Td>{attempt.number}</Table.Td>
            <Table.Td className={classes.mono}>{attempt.pod}</Table.Td>
            <Table.Td>{attempt.node ?? "–"}</Table.Td>
            <Table.Td>{attemptLabel(attempt.state)}</Table.Td>
            <Table.Td>{attempt.reason ? reasonWords(attempt.reason) : "–"}</Table.Td>
            <Table.Td>{attempt.exit_code ?? "–"}</Table.Td>
            <Table.Td>
              {attempt.started && attempt.finished
                ? length(Date.parse(attempt.finished) - Date.parse(attempt.started))
                : "–"}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
