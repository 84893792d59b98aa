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
import { Suspense } from "react";

import { chosenPlace, contextListOptions, FirstStart } from "@/features/clusters";
import { FunctionList, FunctionPage } from "@/features/functions";
import { draftKey, NewRun, parseOrigin } from "@/features/launch";
import { ProfileList } from "@/features/profiles";
import { useProject } from "@/features/projects";
import {
  parseListSearch,
  RunList,
  RunPage,
  runTabs,
  ServiceList,
  type ListSearch,
  type RunTab,
} from "@/features/runs";
import { SecretList } from "@/features/secrets";
import { usePreferences } from "@/features/settings";
import { lazily } from "@/shared/lazily";
import { Loading } from "@/shared/Loading";

import { Crash } from "./Crash";
import { Frame } from "./Frame";
import { NotFound } from "./NotFound";
import { useIsFirstStart } from "./useIsFirstStart";
import { useScreenFocus } from "./useScreenFocus";

const Settings = lazily(async () => (await import("./Settings")).Settings);

const root = createRootRoute({
  component: function Root() {
    useScreenFocus();
    return (
      <Frame>
        <Suspense fallback={<Loading what="the screen" rows={6} />}>
          <Outlet />
        </Suspense>
      </Frame>
    );
  },
  notFoundComponent: NotFound,
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
    if (useIsFirstStart()) return <FirstStart />;
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
    const project = useProject();
    const place = { ...chosenPlace(contexts.data, preferences), project };
    // Each origin is a form of its own, with its own draft.
    return <NewRun key={draftKey(origin, project)} place={place} origin={origin} />;
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

const services = createRoute({
  getParentRoute: () => root,
  path: "/services",
  component: function Services() {
    return <ServiceList project={useProject()} />;
  },
});

const profiles = createRoute({ getParentRoute: () => root, path: "/profiles", component: ProfileList });

const secrets = createRoute({ getParentRoute: () => root, path: "/secrets", component: SecretList });

const settings = createRoute({ getParentRoute: () => root, path: "/settings", component: Settings });

const routeTree = root.addChildren([
  start,
  runs,
  run,
  launch,
  functions,
  oneFunction,
  services,
  profiles,
  secrets,
  settings,
]);

export function makeRouter(history: RouterHistory = createHashHistory()) {
  // A start is at the first screen: finding that by way of a redirection takes twice as long.
  if (history.location.pathname === "/") history.replace("/runs");
  return createRouter({ routeTree, history, defaultErrorComponent: Crash, defaultPreload: false });
}

export type Router = ReturnType<typeof makeRouter>;

declare module "@tanstack/react-router" {
  interface Register {
    router: Router;
  }
}
