import { Alert, Button, Group, Kbd, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";

import {
  chosenPlace,
  contextListOptions,
  lookColour,
  PlaceSwitcher,
  StatusBar,
  useContextLook,
} from "@/features/clusters";
import { groupCount, runTotalsOptions } from "@/features/runs";
import { startupOptions, usePreferences } from "@/features/settings";
import { Icon } from "@/shared/Icon";

import classes from "./frame.module.css";
import { KeysDialog } from "./KeysDialog";
import { Palette } from "./Palette";
import { useKeys } from "./useKeys";

/** What is around every screen. */
export function Frame({ children }: { children: ReactNode }) {
  const contexts = useQuery(contextListOptions());
  const totals = useQuery(runTotalsOptions());
  const [preferences, change] = usePreferences();
  const place = chosenPlace(contexts.data, preferences);
  const colour = lookColour(useContextLook(place.context));
  const [open, setOpen] = useState<"palette" | "keys" | null>(null);
  useKeys(setOpen);
  const onContext = (context: string) => {
    const recent = [context, ...(preferences.recent_contexts ?? []).filter((other) => other !== context)];
    change({ context, recent_contexts: recent.slice(0, 20) });
  };
  return (
    <div className={classes.frame}>
      {colour && <div className={classes.colour} style={{ background: colour }} aria-hidden="true" />}
      <nav className={classes.rail} aria-label="Screens">
        <div className={classes.brand}>Berth</div>
        <Link to="/runs" className={classes.item} activeProps={{ "data-active": true }}>
          <Icon name="runs" />
          Runs
        </Link>
        <Link to="/functions" className={classes.item} activeProps={{ "data-active": true }}>
          <Icon name="functions" />
          Functions
        </Link>
        <Link to="/new" className={classes.item} activeProps={{ "data-active": true }}>
          <Icon name="plus" />
          New run
        </Link>
        <div className={classes.space} />
        <Link to="/settings" className={classes.item} activeProps={{ "data-active": true }}>
          <Icon name="settings" />
          Settings
        </Link>
      </nav>
      <header className={classes.top}>
        <PlaceSwitcher
          context={place.context}
          namespace={place.namespace}
          recent={preferences.recent_contexts ?? []}
          onContext={onContext}
          onNamespace={(namespace) => {
            if (place.context === null) return;
            change({
              context: place.context,
              namespaces: { ...preferences.namespaces, [place.context]: namespace },
            });
          }}
        />
        <Button
          size="xs"
          variant="default"
          className={classes.find}
          leftSection={<Icon name="search" size={14} />}
          rightSection={<Kbd size="xs">Ctrl K</Kbd>}
          onClick={() => setOpen("palette")}
        >
          Search or run…
        </Button>
        <Button
          size="xs"
          renderRoot={(props) => <Link to="/new" {...props} />}
          leftSection={<Icon name="plus" size={14} />}
        >
          New run
        </Button>
      </header>
      <main className={classes.main}>
        <Notices problems={contexts.data?.problems ?? []} />
        <div className={classes.screen}>{children}</div>
      </main>
      <Palette isOpen={open === "palette"} onClose={() => setOpen(null)} onContext={onContext} />
      <KeysDialog isOpen={open === "keys"} onClose={() => setOpen(null)} />
      <StatusBar running={groupCount(totals.data ?? [], "running")} />
    </div>
  );
}

/** What was noticed while starting, and kubeconfig files that cannot be used, until put away. */
function Notices({ problems }: { problems: readonly string[] }) {
  const startup = useQuery(startupOptions());
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const open = [...(startup.data?.notices ?? []), ...problems].filter((notice) => !seen.has(notice));
  return open.map((notice) => (
    <Alert key={notice} color="yellow" variant="light" radius={0} py={6} role="status">
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <span>{notice}</span>
        <UnstyledButton aria-label="Put away" onClick={() => setSeen(new Set(seen).add(notice))}>
          <Icon name="close" size={14} />
        </UnstyledButton>
      </Group>
    </Alert>
  ));
}
