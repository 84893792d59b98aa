import { Stack, Table, Title } from "@mantine/core";

import type { EventView, TransitionView } from "@/ipc";
import { Empty } from "@/shared/Empty";
import { absoluteTime, sentence } from "@/shared/format";

import classes from "./runs.module.css";
import { reasonWords, storedStateLabel } from "./states";

type Props = { events: readonly EventView[]; transitions: readonly TransitionView[] };

/** What the cluster said about the run's objects, and how its state changed. */
export function EventsTab({ events, transitions }: Props) {
  return (
    <Stack className={classes.padded} gap="lg">
      <section>
        <Title order={2} size="h5" mb={6}>
          Events of the cluster
        </Title>
        {events.length === 0 ? (
          <Empty>None were seen. The cluster forgets its own after an hour; what Berth saw stays here.</Empty>
        ) : (
          <Table className={classes.table} miw={820} verticalSpacing={5} aria-label="Events of the cluster">
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={160}>Last seen</Table.Th>
                <Table.Th w={170}>Reason</Table.Th>
                <Table.Th w={60} ta="right">
                  Times
                </Table.Th>
                <Table.Th>Message</Table.Th>
                <Table.Th w={260}>About</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {events.map((event) => (
                <Table.Tr key={event.uid}>
                  <Table.Td>{absoluteTime(event.last)}</Table.Td>
                  <Table.Td className={event.kind === "Warning" ? classes.warning : undefined}>
                    {event.kind === "Warning" ? `⚠ ${event.reason}` : event.reason}
                  </Table.Td>
                  <Table.Td ta="right">{event.count}</Table.Td>
                  <Table.Td className={classes.wrap}>{event.message}</Table.Td>
                  <Table.Td className={classes.mono}>{event.about}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </section>
      <section>
        <Title order={2} size="h5" mb={6}>
          Changes of state
        </Title>
        {transitions.length === 0 ? (
          <Empty>None yet.</Empty>
        ) : (
          <Table className={classes.table} miw={720} verticalSpacing={5} aria-label="Changes of state">
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={160}>When</Table.Th>
                <Table.Th w={120}>State</Table.Th>
                <Table.Th w={230}>What it was doing</Table.Th>
                <Table.Th>Why</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {distinctChanges(transitions).map((change) => (
                <Table.Tr key={change.revision}>
                  <Table.Td>{absoluteTime(change.at)}</Table.Td>
                  <Table.Td>{storedStateLabel(change.state)}</Table.Td>
                  <Table.Td>{change.doing}</Table.Td>
                  <Table.Td className={classes.wrap}>
                    {change.message ? sentence(change.message) : change.reason && reasonWords(change.reason)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </section>
    </Stack>
  );
}

/** Leaves out changes that show nothing new: every step of a launch is written down, not every one is told. */
function distinctChanges(transitions: readonly TransitionView[]): TransitionView[] {
  const isSame = (one: TransitionView, other: TransitionView | undefined) =>
    one.state === other?.state && one.doing === other.doing && one.message === other.message;
  return transitions.filter((change, index) => !isSame(change, transitions[index - 1]));
}
