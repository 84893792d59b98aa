import { Alert, Group, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";

import {
  chooseContext,
  chooseNamespace,
  chosenPlace,
  contextListOptions,
  lookColour,
  StatusBar,
  useContextLook,
} from "@/features/clusters";
import { groupCount, runTotalsOptions } from "@/features/runs";
import { startupOptions, usePreferences } from "@/features/settings";
import { sentence } from "@/shared/format";
import { Icon, type IconName } from "@/shared/Icon";
import { Later } from "@/shared/Later";
import { lazily } from "@/shared/lazily";

import { Failures } from "./Failures";
import classes from "./frame.module.css";
import { useIsFirstStart } from "./useIsFirstStart";
import { useKeys } from "./useKeys";
import { useSwitchProject } from "./useSwitchProject";
import { zoomed } from "./zoom";

const KeysDialog = lazily(async () => (await import("./KeysDialog")).KeysDialog);
const Palette = lazily(async () => (await import("./Palette")).Palette);
const TopBar = lazily(async () => (await import("./TopBar")).TopBar);

const screens = [
  { to: "/runs", icon: "runs", label: "Runs" },
  { to: "/functions", icon: "functions", label: "Functions" },
  { to: "/services", icon: "services", label: "Services" },
  { to: "/profiles", icon: "profiles", label: "Profiles" },
  { to: "/secrets", icon: "secrets", label: "Secrets" },
  { to: "/new", icon: "plus", label: "New run" },
] as const;

/** What is around every screen. */
export function Frame({ children }: { children: ReactNode }) {
  const contexts = useQuery(contextListOptions());
  const [preferences, change] = usePreferences();
  const place = chosenPlace(contexts.data, preferences);
  const colour = lookColour(useContextLook(place.context));
  const [open, setOpen] = useState<"palette" | "keys" | null>(null);
  const section = useRouterState({ select: ({ location }) => `/${location.pathname.split("/")[1] ?? ""}` });
  const isFirstStart = useIsFirstStart();
  useKeys((deed) => {
    if (deed === "palette" || deed === "keys") setOpen(deed);
    else change({ zoom: zoomed(preferences.zoom ?? 100, deed) });
  });
  const onContext = (context: string) => change(chooseContext(preferences, context));
  const onNamespace = (namespace: string) => {
    if (place.context !== null) change(chooseNamespace(preferences, place.context, namespace));
  };
  const onProject = useSwitchProject();
  return (
    <div className={classes.frame}>
      {colour && <div className={classes.colour} style={{ background: colour }} aria-hidden="true" />}
      <nav className={classes.rail} aria-label="Screens">
        <div className={classes.brand}>Berth</div>
        {screens.map((screen) => (
          <RailLink key={screen.to} {...screen} isHere={section === screen.to} />
        ))}
        <div className={classes.space} />
        <RailLink to="/settings" icon="settings" label="Settings" isHere={section === "/settings"} />
      </nav>
      <header className={classes.top}>
        <Later>
          <TopBar
            place={place}
            onContext={onContext}
            onNamespace={onNamespace}
            onProject={onProject}
            onFind={() => setOpen("palette")}
          />
        </Later>
      </header>
      <main className={classes.main} tabIndex={-1}>
        {/* At the first start the screen itself says what is wrong with the files. */}
        <Notices problems={isFirstStart && section === "/runs" ? [] : (contexts.data?.problems ?? [])} />
        <Failures />
        <div className={classes.screen}>{children}</div>
      </main>
      <Later>
        <Palette
          isOpen={open === "palette"}
          place={place}
          onClose={() => setOpen(null)}
          onContext={onContext}
          onNamespace={onNamespace}
          onProject={onProject}
        />
        <KeysDialog isOpen={open === "keys"} onClose={() => setOpen(null)} />
      </Later>
      <Later instead={<footer />}>
        <Status />
      </Later>
    </div>
  );
}

/** The last line, with how many runs there are that run. */
function Status() {
  const totals = useQuery(runTotalsOptions());
  return <StatusBar running={groupCount(totals.data ?? [], "running")} />;
}

type RailLinkProps = {
  to: (typeof screens)[number]["to"] | "/settings";
  icon: IconName;
  label: string;
  isHere: boolean;
};

/**
 * A screen in the rail; in a narrow window its drawing alone, still named. A plain link: the router's own, which follows
 * every change of the address, would take as long to make as the rest of the frame.
 */
function RailLink({ to, icon, label, isHere }: RailLinkProps) {
  const navigate = useNavigate();
  return (
    <a
      href={`#${to}`}
      className={classes.item}
      data-active={isHere || undefined}
      aria-current={isHere ? "page" : undefined}
      title={label}
      onClick={(event) => {
        event.preventDefault();
        void navigate({ to });
      }}
    >
      <Icon name={icon} />
      <span className={classes.itemLabel}>{label}</span>
    </a>
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
        <span>{sentence(notice)}</span>
        <UnstyledButton aria-label="Dismiss" onClick={() => setSeen(new Set(seen).add(notice))}>
          <Icon name="close" size={14} />
        </UnstyledButton>
      </Group>
    </Alert>
  ));
}
