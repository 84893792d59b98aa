import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { asIpcError, type HelperView } from "@/ipc";
import { Loaded } from "@/shared/Loaded";
import { sentence } from "@/shared/format";

import { helperImagesOptions, useSetHelperImage } from "./api";

/** The images that do Berth's own work in a cluster: public ones, unless others were chosen. */
export function HelperImages() {
  const query = useQuery(helperImagesOptions());
  return (
    <Loaded query={query} what="the images" rows={2}>
      {(helpers) => (
        <Stack gap="sm">
          {helpers.map((helper) => (
            <Helper key={`${helper.helper} ${helper.image}`} {...helper} />
          ))}
        </Stack>
      )}
    </Loaded>
  );
}

const labels = { fetch: "Image that fetches code", build: "Image that builds" } as const;

function Helper({ helper, purpose, image, public: usual }: HelperView) {
  const save = useSetHelperImage();
  const [typed, setTyped] = useState(image === usual ? "" : image);
  const now = image === usual ? "" : image;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ helper, image: typed });
      }}
    >
      <Group gap="xs" align="flex-end">
        <TextInput
          size="xs"
          w={420}
          label={labels[helper]}
          description={sentence(purpose)}
          placeholder={usual}
          spellCheck={false}
          value={typed}
          error={save.error && sentence(asIpcError(save.error).message)}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            save.reset();
          }}
        />
        <Button
          size="xs"
          variant="default"
          type="submit"
          aria-label={`Save ${labels[helper].toLowerCase()}`}
          loading={save.isPending}
          disabled={typed.trim() === now}
        >
          Save
        </Button>
      </Group>
    </form>
  );
}
