import { useNavigate, useRouterState } from "@tanstack/react-router";

import { chooseContext, chooseNamespace } from "@/features/clusters";
import { usePreferences } from "@/features/settings";
import type { ProjectView } from "@/ipc";

/** Shows another project, at the place where its runs go. */
export function useSwitchProject(): (project: ProjectView) => void {
  const [preferences, change] = usePreferences();
  const navigate = useNavigate();
  const section = useRouterState({ select: ({ location }) => `/${location.pathname.split("/")[1] ?? ""}` });
  return ({ name, target }) => {
    change({
      project: name,
      ...(target && chooseContext(preferences, target.context)),
      ...(target?.namespace && chooseNamespace(preferences, target.context, target.namespace)),
    });
    // What is shown of one run or function may belong to the other project: its list is shown instead.
    void navigate({ to: section, search: {} });
  };
}
