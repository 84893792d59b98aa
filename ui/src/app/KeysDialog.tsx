import { Kbd, Modal, Table } from "@mantine/core";

import { keys, keyWords, ownKeys } from "./keys";

/** All keys, in words. */
export function KeysDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const rows = [...keys.map((key) => ({ press: keyWords(key.press), says: key.says })), ...ownKeys];
  return (
    <Modal opened={isOpen} onClose={onClose} title="Keys" transitionProps={{ duration: 100 }}>
      <Table verticalSpacing={5}>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.press + row.says}>
              <Table.Td w={150}>
                <Kbd>{row.press}</Kbd>
              </Table.Td>
              <Table.Td>{row.says}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
