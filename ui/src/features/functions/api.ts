import { queryOptions } from "@tanstack/react-query";

import { call, commands } from "@/ipc";

/** The project that is always there; choosing another comes with the screen of functions. */
const PROJECT = "default";

/** The functions of the project, latest versions. */
export function functionListOptions() {
  return queryOptions({
    queryKey: ["functions", PROJECT],
    queryFn: () => call(commands.listFunctions(PROJECT)),
  });
}
