import { useQuery } from "@tanstack/react-query";
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  redirect,
  type RouterHistory,
} from "@tanstack/react-router";

import { chosenPlace, contextListOptions } from "@/features/clusters";
import { FunctionList, FunctionPage } from "@/features/functions";
import { draftKey, NewRun, parseOrigin } from "@/features/launch";
import { parseListSearch, RunList, RunPage, runTabs, type ListSearch, type RunTab } from "@/features/runs";
import { usePreferences } from "@/features/settings";

import { Crash } from "./Crash";
import { Frame } from "./Frame";
import { Settings } from "./Settings";

const root = createRootRoute({
  component: () => (
    <Frame>
      <Outlet />
    </Frame>
  ),
});

const start = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/runs" });
  },
});

const runs = createRoute({
  getParentRoute: () => root,
  path: "/runs",
  validateSearch: parseListSearch,
  component: function Runs() {
    const search = runs.useSearch();
    const navigate = runs.useNavigate();
    const onSearch = (next: ListSearch) => void navigate({ search: next, replace: true });
    return <RunList search={search} onSearch={onSearch} />;
  },
});

const run = createRoute({
  getParentRoute: () => root,
  path: "/runs/$runId",
  validateSearch: (raw: Record<string, unknown>): { tab?: RunTab | undefined } => ({
    tab: runTabs.find((tab) => tab === raw.tab),
  }),
  component: function Run() {
    const { runId } = run.useParams();
    const { tab } = run.useSearch();
    const navigate = run.useNavigate();
    const onTab = (next: RunTab) => void navigate({ search: { tab: next }, replace: true });
    return <RunPage key={runId} runId={runId} tab={tab ?? "logs"} onTab={onTab} />;
  },
});

const launch = createRoute({
  getParentRoute: () => root,
  path: "/new",
  validateSearch: parseOrigin,
  component: function Launch() {
    const contexts = useQuery(contextListOptions());
    const [preferences] = usePreferences();
    const origin = launch.useSearch();
    // Each origin is a form of its own, with its own draft.
    return <NewRun key={draftKey(origin)} place={chosenPlace(contexts.data, preferences)} origin={origin} />;
  },
});

const functions = createRoute({
  getParentRoute: () => root,
  path: "/functions",
  component: FunctionList,
});

const oneFunction = createRoute({
  getParentRoute: () => root,
  path: "/functions/$name",
  component: function OneFunction() {
    const { name } = oneFunction.useParams();
    return <FunctionPage key={name} name={name} />;
  },
});

const settings = createRoute({ getParentRoute: () => root, path: "/settings", component: Settings });

const routeTree = root.addChildren([start, runs, run, launch, functions, oneFunction, settings]);

export function makeRouter(history: RouterHistory = createHashHistory()) {
  return createRouter({ routeTree, history, defaultErrorComponent: Crash, defaultPreload: false });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
