import { Autocomplete, Group, Select, Text, type ComboboxItem, type OptionsFilter } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { ContextLook, ContextView } from "@/ipc";
import { plural, sentence } from "@/shared/format";
import { Icon } from "@/shared/Icon";

import {
  contextCheckOptions,
  contextListOptions,
  contextLooksOptions,
  standingOptions,
  useContextLook,
} from "./api";
import classes from "./clusters.module.css";
import { lookColour } from "./looks";
import { namespaceChoices } from "./namespaces";

type Props = {
  context: string | null;
  namespace: string;
  /** Contexts in the order in which they were last chosen. */
  recent: readonly string[];
  /** Namespaces of the context in that order: offered where they may not be listed. */
  recentNamespaces: readonly string[];
  onContext: (context: string) => void;
  onNamespace: (namespace: string) => void;
};

/** Where new runs go: a context and a namespace in it. Asks a cluster only when its namespaces are looked at. */
export function PlaceSwitcher(props: Props) {
  const { context, namespace, recent, recentNamespaces, onContext, onNamespace } = props;
  const contexts = useQuery(contextListOptions());
  const looks = useQuery(contextLooksOptions());
  const standing = useQuery(standingOptions());
  const live = new Map(standing.data?.live.map((each) => [each.context, each.runs]));
  const colour = lookColour(useContextLook(context));
  const [isLooking, setLooking] = useState(false);
  const check = useQuery({ ...contextCheckOptions(context ?? ""), enabled: isLooking && context !== null });
  const [typed, setTyped] = useState<string | null>(null);
  const commit = (value: string) => {
    setTyped(null);
    if (value.trim() !== "" && value !== namespace) onNamespace(value.trim());
  };
  return (
    <Group gap={6} wrap="nowrap" className={classes.place}>
      <Select
        size="xs"
        className={classes.context}
        comboboxProps={{ width: 380, position: "bottom-start" }}
        aria-label="Context"
        placeholder={contexts.data?.contexts.length === 0 ? "No context was found" : "Choose a context"}
        searchable
        nothingFoundMessage={
          contexts.isPending
            ? "Reading the kubeconfig files…"
            : "No context has that in its name, cluster, user or file."
        }
        filter={byAnyName(contexts.data?.contexts ?? [])}
        allowDeselect={false}
        data={byRecency(contexts.data?.contexts ?? [], recent).map((each) =>
          choice(each, looks.data?.[each.name]),
        )}
        renderOption={({ option }) => (
          <Described
            context={contexts.data?.contexts.find(named(option.value))}
            look={looks.data?.[option.value]}
            live={live.get(option.value) ?? 0}
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
        className={classes.namespace}
        comboboxProps={{ width: 260, position: "bottom-start" }}
        aria-label="Namespace"
        data={namespaceChoices(check, [namespace, ...recentNamespaces])}
        // What is chosen is no search: all are offered until something is typed.
        {...(typed === null && { filter: ({ options }) => options })}
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

/** Finds a context by whatever tells it apart, not by its name alone. */
function byAnyName(contexts: readonly ContextView[]): OptionsFilter {
  const words = new Map(
    contexts.map(({ name, cluster, user, kubeconfig }) => [
      name,
      [name, cluster, user, kubeconfig].join(" "),
    ]),
  );
  return ({ options, search }) => {
    const wanted = search.trim().toLowerCase();
    return options.filter(
      (option) =>
        "value" in option &&
        `${option.label} ${words.get(option.value) ?? ""}`.toLowerCase().includes(wanted),
    );
  };
}

type DescribedProps = { context: ContextView | undefined; look: ContextLook | undefined; live: number };

/** What tells contexts of similar names apart, and how many runs are live there. */
function Described({ context, look = {}, live }: DescribedProps) {
  if (!context) return null;
  const { cluster, user, kubeconfig, problem } = context;
  return (
    <div>
      <Group gap={6}>
        {look.colour && <span className={classes.colourDot} style={{ background: lookColour(look) }} />}
        {look.alias ?? context.name}
        {look.is_protected && (
          <Text span size="xs" c="dimmed" className={classes.lock}>
            <Icon name="lock" size={12} /> asks before a launch
          </Text>
        )}
        {live > 0 && (
          <Text span size="xs" className={classes.live}>
            {plural(live, "live run")}
          </Text>
        )}
      </Group>
      <Text size="xs" c={problem === null ? "dimmed" : "red"}>
        {problem
          ? sentence(problem)
          : [look.alias && context.name, cluster, user, kubeconfig].filter(Boolean).join(" · ")}
      </Text>
    </div>
  );
}
