import { Alert } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { asIpcError, type Preview } from "@/ipc";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { plural } from "@/shared/format";

import classes from "./launch.module.css";

type Asked<T> = { data: T | undefined; error: unknown; variables: { name: string } | undefined };

/** What a check or a saving came to, in words, above the form. */
export function Outcome({ check, save }: { check: Asked<Preview>; save: Asked<number> }) {
  const problems = check.data?.problems.length ?? 0;
  const isField = (error: unknown) => asIpcError(error).fields.length > 0;
  return (
    <>
      {check.data && (
        <Alert className={classes.failure} color={problems > 0 ? "red" : "green"} role="status">
          {problems > 0
            ? `${plural(problems, "field needs", "fields need")} a look; the cluster was not asked.`
            : `The cluster would take it: ${check.data.target ?? ""} allows it, and every object and its pod passed a dry run. Nothing was created.`}
        </Alert>
      )}
      {check.error !== null && (
        <div className={classes.failure}>
          <ErrorPanel error={check.error} title="The cluster would not take it" />
        </div>
      )}
      {save.data !== undefined && save.variables && (
        <Alert className={classes.failure} color="green" role="status">
          Saved as {save.variables.name} version {save.data}.{" "}
          <Link to="/functions/$name" params={{ name: save.variables.name }}>
            Show it
          </Link>
        </Alert>
      )}
      {save.error !== null && (
        <div className={classes.failure}>
          <ErrorPanel
            error={save.error}
            title={isField(save.error) ? "Not saved: a field needs a look" : "Not saved"}
          />
        </div>
      )}
    </>
  );
}
