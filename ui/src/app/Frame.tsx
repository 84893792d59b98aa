import { Alert, Button, Group, UnstyledButton } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";

import { chosenPlace, contextListOptions, PlaceSwitcher, StatusBar } from "@/features/clusters";
import { groupCount, runTotalsOptions } from "@/features/runs";
import { SettingsPopover, startupOptions, usePreferences } from "@/features/settings";
import { Icon } from "@/shared/Icon";

import classes from "./frame.module.css";

/** What is around every screen. */
export function Frame({ children }: { children: ReactNode }) {
  const navigate = useNavigate();
  const contexts = useQuery(contextListOptions());
  const totals = useQuery(runTotalsOptions());
  const [preferences, change] = usePreferences();
  const place = chosenPlace(contexts.data, preferences);
  useHotkeys([["n", () => void navigate({ to: "/new" })]]);
  return (
    <div className={classes.frame}>
      <nav className={classes.rail} aria-label="Screens">
        <div className={classes.brand}>Berth</div>
        <Link to="/runs" className={classes.item} activeProps={{ "data-active": true }}>
          <Icon name="runs" />
          Runs
        </Link>
        <Link to="/new" className={classes.item} activeProps={{ "data-active": true }}>
          <Icon name="plus" />
          New run
        </Link>
        <div className={classes.space} />
        <SettingsPopover className={classes.item} />
      </nav>
      <header className={classes.top}>
        <PlaceSwitcher
          context={place.context}
          namespace={place.namespace}
          onContext={(context) => change({ context })}
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
