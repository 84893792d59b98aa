import { Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { asIpcError } from "@/ipc";
import { ErrorPanel } from "@/shared/ErrorPanel";

import { useSetSecrets } from "./api";

type Field = { name: string; label: string; isShown?: boolean };

type Props = {
  title: string;
  note?: string;
  /** What is typed; one without a name asks for the name too. */
  fields: readonly Field[];
  onClose: () => void;
};

/** Takes values, for the keyring, or for this session where there is none. They live as long as the dialog is open. */
export function SecretDialog({ title, note, fields, onClose }: Props) {
  const save = useSetSecrets();
  const [names, setNames] = useState(fields.map((field) => field.name));
  const [values, setValues] = useState(fields.map(() => ""));
  const failure = save.error ? asIpcError(save.error) : null;
  const at = (path: string) => failure?.fields.find((problem) => problem.path === path)?.message;
  const isAtField = at("name") !== undefined || at("value") !== undefined;
  const set = (forSession: boolean) =>
    save.mutate(
      { parts: names.map((name, index) => ({ name, value: values[index] ?? "" })), forSession },
      { onSuccess: onClose },
    );
  const typed = (index: number) => (text: string) =>
    setValues(values.map((value, other) => (other === index ? text : value)));
  return (
    <Modal opened onClose={onClose} title={title} transitionProps={{ duration: 100 }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          set(false);
        }}
      >
        <Stack>
          {note && <Text size="sm">{note}</Text>}
          {fields.map((field, index) => {
            const Input = field.isShown ? TextInput : PasswordInput;
            return (
              <Stack key={field.name} gap="xs">
                {(field.name === "" || fields.length > 1) && (
                  <TextInput
                    label={fields.length > 1 ? `${field.label}: name` : "Name"}
                    description="Runs see it as the environment variable of this name."
                    placeholder="TOKEN"
                    data-autofocus={index === 0 ? true : undefined}
                    error={at("name")}
                    value={names[index] ?? ""}
                    onChange={(event) => {
                      const text = event.currentTarget.value;
                      setNames(names.map((name, other) => (other === index ? text : name)));
                    }}
                  />
                )}
                <Input
                  label={field.label}
                  autoComplete="off"
                  spellCheck={false}
                  error={at("value")}
                  value={values[index] ?? ""}
                  onChange={(event) => typed(index)(event.currentTarget.value)}
                />
              </Stack>
            );
          })}
          {failure && !isAtField && <ErrorPanel error={failure} />}
          {failure?.code === "keyring" && (
            <Text size="sm">
              For now the values can stay in the memory of Berth. They are used by runs that you launch from
              this window, and forgotten when it is closed.
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            {failure?.code === "keyring" && (
              <Button variant="default" loading={save.isPending} onClick={() => set(true)}>
                Keep for this session
              </Button>
            )}
            <Button type="submit" loading={save.isPending}>
              {failure?.code === "keyring" ? "Try the keyring again" : "Set"}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
