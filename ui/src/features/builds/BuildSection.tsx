import { Button, Code, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { useIsForeign } from "@/features/settings";
import type { BuildView, PinnedImage, RunView } from "@/ipc";
import { ConfirmDialog } from "@/shared/ConfirmDialog";
import { Copy } from "@/shared/Copy";

import { useUndoBuild } from "./api";
import classes from "./builds.module.css";

/** What a build makes: its Dockerfile, its image, which function uses it, and the way back. */
export function BuildSection({ run, build }: { run: RunView; build: BuildView }) {
  return (
    <Stack gap="xs">
      <Group gap="xs" wrap="nowrap">
        <Text size="sm" className={classes.mono}>
          {build.built ?? build.image}
        </Text>
        {build.built && <Copy text={build.built} label="Copy image" />}
      </Group>
      {build.pinned ? (
        <Use run={run} pinned={build.pinned} usedBefore={build.used_before} />
      ) : (
        <Text size="sm" c="dimmed">
          {run.is_final
            ? "No function got an image of it."
            : "The function gets it once the registry took it."}
        </Text>
      )}
      <Code block aria-label="Dockerfile" tabIndex={0} className={classes.recipe}>
        {build.dockerfile}
      </Code>
    </Stack>
  );
}

type UseProps = { run: RunView; pinned: PinnedImage; usedBefore: string | null };

function Use({ run, pinned, usedBefore }: UseProps) {
  const undo = useUndoBuild(run.id);
  const isForeign = useIsForeign(run);
  const [isAsking, setAsking] = useState(false);
  const before = pinned.replaced ?? "no image";
  const close = () => {
    setAsking(false);
    undo.reset();
  };
  return (
    <Group gap="sm">
      <Text size="sm" className={classes.mono}>
        {wordsOfUse(run.function, pinned, usedBefore)}
      </Text>
      {pinned.version && !pinned.undone && !isForeign && (
        <Button size="compact-xs" variant="default" onClick={() => setAsking(true)}>
          Undo…
        </Button>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        title={`Take the image off ${run.function}?`}
        confirm="Take it off"
        isPending={undo.isPending}
        error={undo.error}
        onConfirm={() => undo.mutate(undefined, { onSuccess: close })}
        onClose={close}
      >
        <Text size="sm">{`A new version of ${run.function} uses ${before} again. The image stays in the registry.`}</Text>
      </ConfirmDialog>
    </Group>
  );
}

/** What became of the image. */
function wordsOfUse(
  name: string,
  { version, replaced, undone }: PinnedImage,
  usedBefore: string | null,
): string {
  if (!version) return `${name} was deleted before it got the image.`;
  if (undone) return `Version ${undone} of ${name} uses ${replaced ?? "no image"} again.`;
  const before = usedBefore === null ? "" : `, which used ${usedBefore} before`;
  return `Used by version ${version} of ${name}${before}.`;
}
