import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { Suspense, useCallback, useState } from "react";

import { usePreferences } from "@/features/settings";

import type { RunOrder, RunView } from "@/ipc";
import { Later } from "@/shared/Later";
import { lazily } from "@/shared/lazily";
import { useLatest } from "@/shared/useLatest";

import { leastWidth, template, type Column } from "./columns";
import { newestFirst } from "./order";
import { RunRows } from "./RunRows";
import { RunTableHead } from "./RunTableHead";
import classes from "./runs.module.css";
import { useChoice } from "./useChoice";
import { useFresh } from "./useFresh";

const BulkBar = lazily(async () => (await import("./BulkBar")).BulkBar);
const RunDrawer = lazily(async () => (await import("./RunDrawer")).RunDrawer);

/** Height of a row, in pixels, with and without much space. */
const ROW = { wide: 37, dense: 29 };

declare module "react" {
  interface CSSProperties {
    /** Widths of the columns of the list of runs. */
    "--columns"?: string | undefined;
  }
}

type Props = {
  runs: readonly RunView[];
  columns: ReadonlySet<Column>;
  order: RunOrder;
  onOrder: (order: RunOrder) => void;
  hasMore: boolean;
  isReading: boolean;
  onMore: () => void;
};

/** The runs, with what is done with those that are chosen. */
export function RunTable({ runs, columns, order, onOrder, hasMore, isReading, onMore }: Props) {
  const navigate = useNavigate();
  const [preferences] = usePreferences();
  const height = preferences.is_dense ? ROW.dense : ROW.wide;
  const { scroller, ...fresh } = useFresh(runs, height, order.by === newestFirst.by && !order.is_ascending);
  const choice = useChoice(runs);
  const [shown, setShown] = useState<string | null>(null);
  const open = (run: RunView) => void navigate({ to: "/runs/$runId", params: { runId: run.id } });
  const preview = shown === null ? undefined : runs.find((run) => run.id === shown);

  // While one scrolls, only rows are drawn.
  const reorder = useLatest(onOrder);
  const chooseAll = useLatest((isWanted: boolean) => (isWanted ? choice.all() : choice.clear()));
  const hide = useCallback(() => setShown(null), []);

  return (
    <div className={classes.list}>
      <Suspense>{choice.runs.length > 0 && <BulkBar runs={choice.runs} onDone={choice.clear} />}</Suspense>
      <div role="status" aria-label="New runs">
        {fresh.count > 0 && (
          <Button className={classes.fresh} size="compact-sm" onClick={fresh.show}>
            {fresh.count} new ↑
          </Button>
        )}
      </div>
      <div ref={scroller} className={classes.scroll} onScroll={fresh.onScroll}>
        <table
          className={classes.runs}
          style={{ "--columns": template(columns), minWidth: leastWidth(columns) }}
          role="grid"
          aria-label="Runs"
          aria-multiselectable
          aria-rowcount={hasMore ? -1 : runs.length + 1}
        >
          <RunTableHead
            columns={columns}
            order={order}
            chosen={choice.runs.length === 0 ? "none" : choice.runs.length === runs.length ? "all" : "some"}
            onOrder={reorder}
            onChooseAll={chooseAll}
          />
          <RunRows
            runs={runs}
            columns={columns}
            height={height}
            scroller={scroller}
            choice={choice}
            hasMore={hasMore && !isReading}
            onMore={onMore}
            onShow={setShown}
            onOpen={open}
          />
        </table>
      </div>
      <Later>
        <RunDrawer run={preview} onClose={hide} />
      </Later>
    </div>
  );
}
