import { Button, Group, Input, Modal, Stack, Text } from "@mantine/core";
import { diffLines } from "diff";
import { useMemo, useState } from "react";

import type { ProfileView } from "@/ipc";
import { asIpcError } from "@/ipc";
import { CodeField } from "@/shared/CodeField";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { sentence } from "@/shared/format";

import { useSaveProfiles } from "./api";
import classes from "./profiles.module.css";

const EXAMPLE = `name: large
description: for training at night
spec:
  resources:
    mem: { requests: 4Gi, limits: 8Gi }
  node_selector:
    - { key: kubernetes.io/arch, value: amd64 }
`;

/** A profile as a file would hold it, to write or to change. */
export function ProfileDialog({ profile, onClose }: { profile?: ProfileView; onClose: () => void }) {
  const before = profile?.yaml ?? EXAMPLE;
  const [text, setText] = useState(before);
  const save = useSaveProfiles();
  const failure = save.error ? asIpcError(save.error) : null;
  const problems = failure?.fields ?? [];
  const changed = profile !== undefined && text !== before;
  const name = /^name:\s*(\S+)/m.exec(text)?.[1];
  const isOther = profile !== undefined && name !== undefined && name !== profile.name;
  return (
    <Modal
      opened
      onClose={onClose}
      title={profile ? `Profile ${profile.name}` : "New profile"}
      size="lg"
      transitionProps={{ duration: 100 }}
    >
      <Stack>
        <CodeField
          label="Profile"
          description="Its name, what it is for, and under spec any fields of a task, as a file would hold them."
          grammar="yaml"
          accept=".yaml,.yml,.json"
          value={text}
          error={
            problems.length > 0
              ? problems
                  .map(({ path, message }) => sentence(path ? `${path}: ${message}` : message))
                  .join(" ")
              : undefined
          }
          onChange={(typed) => {
            setText(typed);
            if (save.isError) save.reset();
          }}
          onLeave={() => undefined}
          onFile={(file) => void file.text().then(setText)}
        />
        {changed && <Changes before={before} after={text} />}
        {isOther && (
          <Text size="sm" role="status">
            Saved under another name, it is another profile: {profile.name} stays as it is.
          </Text>
        )}
        {failure && problems.length === 0 && <ErrorPanel error={failure} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            loading={save.isPending}
            disabled={profile !== undefined && !changed}
            onClick={() => save.mutate(text, { onSuccess: onClose })}
          >
            Save
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** The lines that are not as they were saved. */
function Changes({ before, after }: { before: string; after: string }) {
  const parts = useMemo(
    () => diffLines(before, after).filter((part) => part.added || part.removed),
    [before, after],
  );
  return (
    <Input.Wrapper label="Changed" labelElement="div">
      <pre className={classes.changes} tabIndex={0} role="group" aria-label="Changed lines">
        {parts.flatMap((part, index) =>
          part.value
            .replace(/\n$/, "")
            .split("\n")
            .map((line, row) => (
              <div key={`${index}.${row}`} className={part.added ? classes.added : classes.removed}>
                {part.added ? "+ " : "− "}
                {line}
              </div>
            )),
        )}
      </pre>
    </Input.Wrapper>
  );
}
