import { Button, Kbd } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { PlaceSwitcher, type ChosenPlace } from "@/features/clusters";
import { ProjectSwitcher } from "@/features/projects";
import { usePreferences } from "@/features/settings";
import type { ProjectView } from "@/ipc";
import { Icon } from "@/shared/Icon";

import classes from "./frame.module.css";

type Props = {
  place: ChosenPlace;
  onContext: (context: string) => void;
  onNamespace: (namespace: string) => void;
  onProject: (project: ProjectView) => void;
  onFind: () => void;
};

/** Where things go, and the ways to everything else. */
export function TopBar({ place, onContext, onNamespace, onProject, onFind }: Props) {
  const [preferences] = usePreferences();
  return (
    <>
      <PlaceSwitcher
        context={place.context}
        namespace={place.namespace}
        recent={preferences.recent_contexts ?? []}
        recentNamespaces={(place.context && preferences.recent_namespaces?.[place.context]) || []}
        onContext={onContext}
        onNamespace={onNamespace}
      />
      <ProjectSwitcher onProject={onProject} />
      <Button
        size="xs"
        variant="default"
        className={classes.find}
        aria-label="Search or run… Ctrl K"
        title="Search or run (Ctrl K)"
        onClick={onFind}
      >
        <Icon name="search" size={14} />
        <span className={classes.words}>Search or run…</span>
        <Kbd size="xs" className={classes.words}>
          Ctrl K
        </Kbd>
      </Button>
      <Button
        size="xs"
        className={classes.new}
        aria-label="New run"
        title="New run (N)"
        renderRoot={(props) => <Link to="/new" {...props} />}
      >
        <Icon name="plus" size={14} />
        <span className={classes.words}>New run</span>
      </Button>
    </>
  );
}
