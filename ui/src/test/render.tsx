import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";

import { keepLive } from "@/app/live";
import { makeRouter } from "@/app/router";
import { makeQueryClient } from "@/app/start";
import { theme } from "@/app/theme";
import { mockBackend, type Backend } from "@/ipc/mock";

import { contextView } from "./builders";

/** What a core without anything answers. */
const quiet: Backend = {
  contexts: () => ({
    contexts: [contextView()],
    problems: [],
  }),
  checkContext: () => ({ context: "lab", version: "v1.34.4", error: null, namespaces: ["team", "other"] }),
  contextLooks: () => ({}),
  saveContextLook: () => null,
  chosenKubeconfigs: () => [],
  standing: () => ({ live: [], looks: [] }),
  logBytes: () => 0,
  projects: () => [{ name: "default", description: null, target: null, registry: null }],
  engineStatus: () => ({ is_ours: true, captures: 0, connections: [] }),
  functionNames: () => ({ names: [], labels: [] }),
  helperImages: () => [],
  listForwards: () => [],
  listFunctions: () => [],
  listProfiles: () => [],
  listSecrets: () => [],
  listRuns: () => ({ runs: [], next: null, counts: [] }),
  logStreams: () => [],
  preferences: () => ({}),
  readDraft: () => null,
  saveDraft: () => null,
  savePreferences: () => null,
  suggestions: () => ({ items: [], notice: null }),
  startup: () => ({
    data_dir: "/home/ada/.local/share/berth",
    installation: "99999999-0000-4000-8000-000000000000",
    notices: [],
  }),
};

/** Shows the whole page at an address, on a scripted core. */
export function renderAt(address: string, backend: Backend = {}) {
  mockBackend({ ...quiet, ...backend });
  const client = makeQueryClient();
  const router = makeRouter(createMemoryHistory({ initialEntries: [address] }));
  const stop = keepLive(client);
  const shown = render(
    <QueryClientProvider client={client}>
      <MantineProvider env="test" theme={theme}>
        <RouterProvider router={router} />
      </MantineProvider>
    </QueryClientProvider>,
  );
  return { ...shown, router, client, stop };
}
