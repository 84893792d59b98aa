import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { asIpcError } from "@/ipc";
import { Empty } from "@/shared/Empty";
import { sentence } from "@/shared/format";
import { Loaded } from "@/shared/Loaded";

import { chosenKubeconfigsOptions, useAddKubeconfig, useRemoveKubeconfig } from "./api";
import classes from "./clusters.module.css";

/** The kubeconfig files that are read beside those that kubectl would read: one is added, or put away. */
export function KubeconfigFiles() {
  const chosen = useQuery(chosenKubeconfigsOptions());
  const add = useAddKubeconfig();
  const remove = useRemoveKubeconfig();
  const [path, setPath] = useState("");
  return (
    <Stack gap={6} align="flex-start">
      <Text size="sm">
        Contexts come from the files that KUBECONFIG names, else from ~/.kube/config, and from the files
        below. All are read, never written.
      </Text>
      <Loaded query={chosen} what="the kubeconfig files" rows={1} around={classes.wide}>
        {(files) =>
          files.length === 0 ? (
            <Empty>No other file is read.</Empty>
          ) : (
            files.map((file) => (
              <Group key={file} gap="xs">
                <code className={classes.entry}>{file}</code>
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Read ${file} no more`}
                  onClick={() => remove.mutate(file)}
                >
                  Read no more
                </Button>
              </Group>
            ))
          )
        }
      </Loaded>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate(path, { onSuccess: () => setPath("") });
        }}
      >
        <Group gap="xs" align="flex-start">
          <TextInput
            size="xs"
            w={300}
            aria-label="Another kubeconfig file"
            placeholder="~/Downloads/kubeconfig"
            value={path}
            error={add.error && sentence(asIpcError(add.error).message)}
            onChange={(event) => {
              setPath(event.currentTarget.value);
              add.reset();
            }}
          />
          <Button
            size="xs"
            variant="default"
            type="submit"
            loading={add.isPending}
            disabled={path.trim() === ""}
          >
            Add
          </Button>
        </Group>
      </form>
    </Stack>
  );
}
