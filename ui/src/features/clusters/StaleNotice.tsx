import { useQuery } from "@tanstack/react-query";

import { Stale } from "@/shared/Stale";

import { engineOptions } from "./api";
import { staleConnections, staleSentence } from "./connection";

type Props = {
  /** A run: then only its own connection counts, and only while it can still change. */
  run?: { context: string; namespace: string; is_final: boolean };
};

/** Says that what is shown is of an earlier time. Losing contact changes no run. */
export function StaleNotice({ run }: Props) {
  const engine = useQuery(engineOptions());
  if (run?.is_final) return null;
  const stale = staleConnections(engine.data?.connections ?? [], run);
  return stale.map((connection) => (
    <Stale key={`${connection.context}/${connection.namespace}`}>{staleSentence(connection)}</Stale>
  ));
}
