import { Autocomplete, Group, Select, type ComboboxItem } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { ContextView } from "@/ipc";

import { contextCheckOptions, contextListOptions } from "./api";

type Props = {
  context: string | null;
  namespace: string;
  onContext: (context: string) => void;
  onNamespace: (namespace: string) => void;
};

/** Where new runs go: a context and a namespace in it. Asks a cluster only when its namespaces are looked at. */
export function PlaceSwitcher({ context, namespace, onContext, onNamespace }: Props) {
  const contexts = useQuery(contextListOptions());
  const [isLooking, setLooking] = useState(false);
  const check = useQuery({ ...contextCheckOptions(context ?? ""), enabled: isLooking && context !== null });
  const [typed, setTyped] = useState<string | null>(null);
  const commit = (value: string) => {
    setTyped(null);
    if (value.trim() !== "" && value !== namespace) onNamespace(value.trim());
  };
  return (
    <Group gap={6} wrap="nowrap">
      <Select
        size="xs"
        w={230}
        aria-label="Context"
        placeholder={contexts.data?.contexts.length === 0 ? "No context was found" : "Choose a context"}
        searchable
        allowDeselect={false}
        data={(contexts.data?.contexts ?? []).map(choice)}
        value={context}
        onDropdownOpen={() => void contexts.refetch()}
        onChange={(name) => name !== null && onContext(name)}
      />
      <span aria-hidden="true">/</span>
      <Autocomplete
        size="xs"
        w={180}
        aria-label="Namespace"
        data={check.data?.namespaces ?? []}
        value={typed ?? namespace}
        disabled={context === null}
        onFocus={() => setLooking(true)}
        onChange={setTyped}
        onOptionSubmit={commit}
        onBlur={() => typed !== null && commit(typed)}
        onKeyDown={(event) => event.key === "Enter" && typed !== null && commit(typed)}
      />
    </Group>
  );
}

function choice(context: ContextView): ComboboxItem {
  return { value: context.name, label: context.name, disabled: context.problem !== null };
}
