import "@mantine/core/styles.css";
import "./style.css";

import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { preferencesOptions } from "@/features/settings";

import { keepLive } from "./live";
import { makeRouter } from "./router";
import { readFirstScreen } from "./start";
import { theme } from "./theme";

/** The whole page. */
export function App() {
  const [client] = useState(makeQueryClient);
  const [router] = useState(() => makeRouter());
  const [isRead, setRead] = useState(false);
  useEffect(() => keepLive(client), [client]);
  useEffect(() => void readFirstScreen(client).then(() => setRead(true)), [client]);
  return (
    <QueryClientProvider client={client}>
      <Themed>{isRead && <RouterProvider router={router} />}</Themed>
    </QueryClientProvider>
  );
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

function Themed({ children }: { children: React.ReactNode }) {
  const preferences = useQuery(preferencesOptions());
  const chosen = preferences.data?.theme ?? "auto";
  const isDark = useSystemIsDark();
  // What is chosen decides what is asked for: nothing is drawn before it is known.
  if (preferences.isPending) return null;
  const scheme = chosen === "auto" ? (isDark ? "dark" : "light") : chosen;
  return (
    <MantineProvider theme={theme} forceColorScheme={scheme}>
      {children}
    </MantineProvider>
  );
}

function useSystemIsDark(): boolean {
  const [query] = useState(() => matchMedia("(prefers-color-scheme: dark)"));
  const [isDark, setDark] = useState(query.matches);
  useEffect(() => {
    const follow = () => setDark(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, [query]);
  return isDark;
}
