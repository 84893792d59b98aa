import type { RunView } from "@/ipc";
import { Icon } from "@/shared/Icon";
import { useAsOfNow } from "@/shared/useNow";

import { StateIcon } from "./StateIcon";
import classes from "./runs.module.css";
import { stateColour, stateLabel } from "./states";

/** A run's state: shape, word and colour; a box beside it where the cluster has nothing of it any more. */
export function RunStateBadge({ run }: { run: RunView }) {
  const colour = useAsOfNow((now) => stateColour(run, now));
  return (
    <span className={classes.state} data-colour={colour} data-state={run.word}>
      <StateIcon word={run.word} />
      {stateLabel(run.word)}
      {run.only_in_history && (
        <span
          className={classes.box}
          role="img"
          aria-label="only in history"
          title="Only in history: its objects are gone from the cluster"
        >
          <Icon name="box" size={14} />
        </span>
      )}
    </span>
  );
}
