import { QueryClient } from "@tanstack/react-query";
import { StrictMode } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";

import { contextListOptions, contextLooksOptions } from "@/features/clusters";
import { projectListOptions } from "@/features/projects";
import { putFirstRuns, reloadRuns } from "@/features/runs";
import { preferencesOptions, startupOptions } from "@/features/settings";
import { firstScreen } from "@/ipc";
import { loadParts } from "@/shared/lazily";

import { App } from "./App";
import { keepLive } from "./live";
import { makeRouter } from "./router";
import "./first.css";
import "./style.css";

/** How long the first drawing waits for what it is to show, in milliseconds; what comes later is drawn when it comes. */
const LONGEST = 300;

/** How long the first screen is left alone before the rest of the page is loaded, in milliseconds. */
const QUIET = 500;

/**
 * Shows the page in an element. What the first screen shows is read before anything is drawn: a window that is drawn empty,
 * painted, and then drawn again is complete later than one that is drawn once.
 */
export async function start(root: HTMLElement): Promise<void> {
  const client = makeQueryClient();
  keepLive(client);
  const isRead = readFirstScreen(client);
  const router = makeRouter();
  await Promise.all([isRead, router.load()]);
  const page = (
    <StrictMode>
      <App client={client} router={router} />
    </StrictMode>
  );
  // In one go: drawn in pieces, the empty window would be painted between them.
  flushSync(() => createRoot(root).render(page));
  setTimeout(() => {
    readAgain(client);
    void Promise.all([import("./later.css"), loadParts()]);
  }, QUIET);
}

/** Reading is local and quick: asked anew when shown, asked once when it fails. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: false, networkMode: "always", refetchOnWindowFocus: true },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}

/** Reads what the first screen shows. What fails is asked and told by the screen itself. */
async function readFirstScreen(client: QueryClient): Promise<void> {
  const isTime = new Promise((resolve) => setTimeout(resolve, LONGEST));
  await Promise.race([readAll(client).catch(() => undefined), isTime]);
}

/** How long what was read for the first drawing needs not be asked again by it, in milliseconds. */
const FRESH = 1000;

async function readAll(client: QueryClient): Promise<void> {
  const { preferences, startup, contexts, looks, projects, runs } = await firstScreen();
  for (const { queryKey } of [contextListOptions(), contextLooksOptions(), projectListOptions()])
    client.setQueryDefaults(queryKey, { staleTime: FRESH });
  client.setQueryData(preferencesOptions().queryKey, preferences);
  client.setQueryData(startupOptions().queryKey, startup);
  if (contexts) client.setQueryData(contextListOptions().queryKey, contexts);
  if (looks) client.setQueryData(contextLooksOptions().queryKey, looks);
  if (projects) client.setQueryData(projectListOptions().queryKey, projects);
  await putFirstRuns(client, preferences, runs, FRESH);
}

/** Reads again what may have changed after it was read and before the core was listened to. */
function readAgain(client: QueryClient): void {
  void client.invalidateQueries(contextListOptions());
  reloadRuns(client);
}
