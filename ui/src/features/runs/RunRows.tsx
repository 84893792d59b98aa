import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useRef, type RefObject } from "react";

import type { RunView } from "@/ipc";
import { useIsLater } from "@/shared/Later";

import type { Column } from "./columns";
import { RunRow } from "./RunRow";
import classes from "./runs.module.css";
import type { useChoice } from "./useChoice";
import { useRowKeys } from "./useRowKeys";

/** Height of the header, which stays over the rows, in pixels. */
const HEADER = 38;

/** Height of all that is around the rows in a window, in pixels, about. */
const AROUND = 230;

/** Height of a window that does not know its own yet, as it is not shown, in pixels. */
const WINDOW = 800;

/** How near to the end of what is read the next page is asked for, in rows. */
const NEAR = 30;

type Props = {
  runs: readonly RunView[];
  columns: ReadonlySet<Column>;
  /** Height of a row, in pixels. */
  height: number;
  scroller: RefObject<HTMLDivElement | null>;
  choice: ReturnType<typeof useChoice>;
  hasMore: boolean;
  onMore: () => void;
  onShow: (run: string) => void;
  onOpen: (run: RunView) => void;
};

/**
 * The rows: only those in view are drawn, further pages are read as they come near. Each lies at its place by itself, so
 * that one that comes or goes moves no other and nothing but it is painted.
 */
export function RunRows({ runs, columns, height, scroller, choice, hasMore, onMore, onShow, onOpen }: Props) {
  // One function for one list: with a new one all rows are placed anew, in each frame of scrolling.
  const getItemKey = useCallback((index: number) => runs[index]?.id ?? index, [runs]);
  const isLater = useIsLater();
  const virtual = useVirtualizer({
    count: runs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey,
    // Rows out of view come after what a start shows first.
    overscan: isLater ? 6 : 0,
    scrollPaddingEnd: HEADER,
    // About what there will be room for, until it is laid out.
    initialRect: { width: innerWidth, height: (innerHeight || WINDOW) - AROUND },
  });
  const measured = useRef(height);
  useEffect(() => {
    if (measured.current === height) return;
    measured.current = height;
    virtual.measure();
  }, [virtual, height]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const isNear = hasMore && last >= runs.length - NEAR;
  useEffect(() => {
    if (isNear) onMore();
  }, [isNear, onMore]);
  const rows = useRowKeys({
    runs,
    scroller,
    choice,
    onOpen,
    reveal: (index) => virtual.scrollToIndex(index),
  });
  return (
    <tbody role="rowgroup" className={classes.rows} style={{ height: virtual.getTotalSize() }}>
      {items.map((item) => {
        const run = runs[item.index];
        return (
          run && (
            <RunRow
              key={run.id}
              run={run}
              columns={columns}
              index={item.index}
              top={item.start}
              height={height}
              isChosen={choice.has(run.id)}
              isCurrent={rows.current === run.id}
              onFocus={rows.onFocus}
              onChoose={choice.toggle}
              onShow={onShow}
              onOpen={onOpen}
            />
          )
        );
      })}
    </tbody>
  );
}
