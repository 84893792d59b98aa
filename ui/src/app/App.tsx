import { MantineProvider } from "@mantine/core";
import { QueryClientProvider, useQuery, type QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";

import { preferencesOptions } from "@/features/settings";

import type { Router } from "./router";
import { theme } from "./theme";

type Props = { client: QueryClient; router: Router };

/** The whole page, on what was read of the core. */
export function App({ client, router }: Props) {
  return (
    <QueryClientProvider client={client}>
      <Themed>
        <RouterProvider router={router} />
      </Themed>
    </QueryClientProvider>
  );
}

function Themed({ children }: { children: ReactNode }) {
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
