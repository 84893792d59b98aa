import { Autocomplete, Group, Select, Text, type ComboboxItem } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { ContextLook, ContextView } from "@/ipc";

import { contextCheckOptions, contextListOptions, contextLooksOptions, useContextLook } from "./api";
import classes from "./clusters.module.css";
import { lookColour } from "./looks";

type Props = {
  context: string | null;
  namespace: string;
  /** Contexts in the order in which they were last chosen. */
  recent: readonly string[];
  onContext: (context: string) => void;
  onNamespace: (namespace: string) => void;
};

/** Where new runs go: a context and a namespace in it. Asks a cluster only when its namespaces are looked at. */
export function PlaceSwitcher({ context, namespace, recent, onContext, onNamespace }: Props) {
  const contexts = useQuery(contextListOptions());
  const looks = useQuery(contextLooksOptions());
  const colour = lookColour(useContextLook(context));
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
        comboboxProps={{ width: 380, position: "bottom-start" }}
        aria-label="Context"
        placeholder={contexts.data?.contexts.length === 0 ? "No context was found" : "Choose a context"}
        searchable
        allowDeselect={false}
        data={byRecency(contexts.data?.contexts ?? [], recent).map((each) =>
          choice(each, looks.data?.[each.name]),
        )}
        renderOption={({ option }) => (
          <Described
            context={contexts.data?.contexts.find(named(option.value))}
            look={looks.data?.[option.value]}
          />
        )}
        leftSection={colour && <span className={classes.colourDot} style={{ background: colour }} />}
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

function choice(context: ContextView, look: ContextLook | undefined): ComboboxItem {
  return { value: context.name, label: look?.alias ?? context.name, disabled: context.problem !== null };
}

function named(name: string) {
  return (context: ContextView) => context.name === name;
}

/** Those that were chosen last come first, the others as the files have them. */
function byRecency(contexts: readonly ContextView[], recent: readonly string[]): ContextView[] {
  const rank = (context: ContextView) => {
    const at = recent.indexOf(context.name);
    return at < 0 ? recent.length : at;
  };
  return [...contexts].sort((one, other) => rank(one) - rank(other));
}

/** What tells contexts of similar names apart. */
function Described({
  context,
  look = {},
}: {
  context: ContextView | undefined;
  look: ContextLook | undefined;
}) {
  if (!context) return null;
  const { cluster, user, kubeconfig, problem } = context;
  return (
    <div>
      <Group gap={6}>
        {look.colour && <span className={classes.colourDot} style={{ background: lookColour(look) }} />}
        {look.alias ?? context.name}
        {look.is_protected && (
          <Text span size="xs" c="dimmed">
            asks before a launch
          </Text>
        )}
      </Group>
      <Text size="xs" c={problem === null ? "dimmed" : "red"}>
        {problem ?? [look.alias && context.name, cluster, user, kubeconfig].filter(Boolean).join(" · ")}
      </Text>
    </div>
  );
}
