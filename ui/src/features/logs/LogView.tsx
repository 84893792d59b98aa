import { Button, Group, Text } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import { usePreferences } from "@/features/settings";
import type { LogView as StoredLog } from "@/ipc";
import { bytes, plural } from "@/shared/format";
import { Announce } from "@/shared/Announce";
import { Empty } from "@/shared/Empty";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { Icon } from "@/shared/Icon";
import { Loading } from "@/shared/Loading";
import { useLatest } from "@/shared/useLatest";

import { readLines, useSaveLog } from "./api";
import { LogLine } from "./LogLine";
import { LogToolbar } from "./LogToolbar";
import classes from "./logs.module.css";
import { beginning, longest } from "./logWindow";
import { useLineSelection } from "./selection";
import { logKey, type PodWord } from "./streams";
import { useFind } from "./useFind";
import { useLogWindow } from "./useLogWindow";

/** Height of an unwrapped line, in pixels: as in logs.module.css. */
const LINE_HEIGHT = 19;

/** Room that the time of a line takes, in characters. */
const TIME = 20;

/** How near to an end of what is held the next piece is read, in pixels. */
const NEAR = 600;

declare module "react" {
  interface CSSProperties {
    /** Characters of the longest line. */
    "--longest"?: number | undefined;
  }
}

type Props = {
  stored: StoredLog;
  isLive: boolean;
  /** When the run started. */
  origin: string;
  pod: PodWord;
  choices: { value: string; label: string }[];
  onChoose: (key: string | null) => void;
};

/** One log: a window of it, virtual, following its end or wherever the person scrolls. */
export function LogView({ stored, isLive, origin, pod, choices, onChoose }: Props) {
  const [log] = useState(stored.log);
  const reader = useLogWindow(log, isLive, stored);
  const { window, following } = reader;
  // What is told beside a followed log changes with its lines, not before them: one picture rather than two.
  const told = following ? reader.told : stored;
  const [preferences, change] = usePreferences();
  const wraps = preferences.wraps_logs ?? false;
  const time = preferences.log_time ?? "local";
  const find = useFind(log);
  const save = useSaveLog(log, `${stored.pod}-${log.container}`);
  const selection = useLineSelection({
    lines: window.lines,
    read: (from, to) => readLines(log, from, to),
    onDrag: () => stopFollowing(),
  });
  const [leftAt, setLeftAt] = useState(stored.lines);
  const [target, setTarget] = useState<number | null>(null);
  const scroller = useRef<HTMLDivElement>(null);

  const virtual = useVirtualizer({
    count: window.lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    getItemKey: (index) => window.lines[index]?.number ?? index,
    // Whoever follows does not scroll: what is out of view is not drawn.
    overscan: following ? 0 : 8,
  });

  useEffect(() => virtual.measure(), [virtual, wraps, time]);

  // While following, the end stays in view; after older lines came, what was in view stays where it was.
  const first = window.lines[0]?.number;
  const seenFirst = useRef(first);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    if (following) {
      const isAtEnd = Math.abs(virtual.getTotalSize() - element.clientHeight - element.scrollTop) < 1;
      if (window.lines.length > 0 && !isAtEnd)
        virtual.scrollToIndex(window.lines.length - 1, { align: "end" });
    } else if (first !== undefined && seenFirst.current !== undefined && first !== seenFirst.current) {
      element.scrollTop += (seenFirst.current - first) * LINE_HEIGHT;
    }
    seenFirst.current = first;
  }, [virtual, window, first, following]);

  // A match that was read comes into view once its lines are there.
  useLayoutEffect(() => {
    if (target === null) return;
    const index = window.lines.findIndex((line) => line.number === target);
    if (index < 0) return;
    virtual.scrollToIndex(index, { align: "center" });
    setTarget(null);
  }, [virtual, window, target]);

  const onStep = (by: 1 | -1) => {
    const match = find.step(by);
    if (!match) return;
    stopFollowing();
    selection.select(match);
    setTarget(match.number);
    void reader.goTo(match.at);
  };

  const onScroll = () => {
    selection.onScroll();
    const element = scroller.current;
    if (!element || following) return;
    if (element.scrollTop < NEAR && beginning(window) > 0) void reader.readBack();
    if (element.scrollHeight - element.scrollTop - element.clientHeight < NEAR) void reader.readOn();
  };
  const stopFollowing = () => {
    if (!following) return;
    setLeftAt(stored.lines);
    reader.setFollowing(false);
  };
  const fresh = Math.max(0, stored.lines - leftAt);

  // A followed log is painted often, its toolbar only when something of it changes.
  const step = useLatest(onStep);
  const follow = useLatest((wanted: boolean) => (wanted ? reader.setFollowing(true) : stopFollowing()));
  const set = useLatest(change);
  const saveAll = useLatest(() => save.mutate(false));

  const items = virtual.getVirtualItems();
  const columns = useMemo(() => longest(window) + (time === "off" ? 0 : TIME), [window, time]);

  return (
    <div className={classes.view}>
      <LogToolbar
        pod={pod}
        choices={choices}
        shown={logKey(stored)}
        wraps={wraps}
        time={time}
        following={following}
        isSaving={save.isPending}
        find={find}
        onChoose={onChoose}
        onChange={set}
        onStep={step}
        onFollow={follow}
        onSave={saveAll}
      />
      {save.isSuccess && (
        <Text size="xs" px="md" py={4} role="status">
          Saved as {save.data}
        </Text>
      )}
      {save.isError && <ErrorPanel error={save.error} title="The log was not saved" />}
      {reader.error !== null && (
        <ErrorPanel error={reader.error} onRetry={reader.retry} since={reader.since} />
      )}
      {stored.gaps.map((gap) => (
        <Text key={gap.after_line} size="xs" px="md" py={4} className={classes.gap}>
          ⚠ Lines may be missing after line {gap.after_line}: {gap.why}
        </Text>
      ))}
      {stored.unhidden !== null && (
        <Text size="xs" px="md" py={4} className={classes.gap}>
          ⚠ {stored.unhidden}
        </Text>
      )}
      <div
        ref={scroller}
        className={classes.scroller}
        data-wraps={wraps || undefined}
        data-dragged={selection.isDragged || undefined}
        role="log"
        aria-live="off"
        aria-label="Log"
        tabIndex={0}
        onScroll={onScroll}
        onCopy={selection.onCopy}
        onWheel={(event) => event.deltaY < 0 && stopFollowing()}
        onKeyDown={(event) => {
          if (["PageUp", "ArrowUp", "Home"].includes(event.key)) stopFollowing();
          selection.onKeyDown(event);
        }}
        onPointerMove={selection.onPointerMove}
        onPointerDown={(event) => {
          selection.onPointerDown(event);
          // The scroll bar lies outside of the content box.
          if (event.nativeEvent.offsetX > event.currentTarget.clientWidth) stopFollowing();
        }}
      >
        <div
          className={classes.lines}
          style={{ height: virtual.getTotalSize(), "--longest": wraps ? 0 : columns }}
        >
          <div className={classes.shown} style={{ top: items[0]?.start ?? 0 }}>
            {items.map((item, place) => {
              const line = window.lines[item.index];
              return (
                line && (
                  <div
                    // Where lines rush by, their elements are written anew rather than made anew; those of many heights are
                    // measured, each its own.
                    key={wraps ? item.key : following ? place : item.index}
                    ref={wraps ? virtual.measureElement : undefined}
                    data-index={item.index}
                    className={classes.line}
                    data-selected={selection.has(line.number) || undefined}
                    onClick={(event) => selection.onClick(event, line)}
                  >
                    <LogLine line={line} time={time} origin={origin} find={find.text} />
                  </div>
                )
              );
            })}
          </div>
        </div>
        {reader.isLoading && reader.error === null && <Loading what="the lines" rows={8} />}
        {!reader.isLoading && window.lines.length === 0 && (
          <div className={classes.around}>
            <Empty>{isLive ? "The program has written nothing yet." : "The program wrote nothing."}</Empty>
          </div>
        )}
      </div>
      <Group className={classes.footer} justify="space-between">
        <Text size="xs" c="dimmed" aria-live="off">
          {[
            plural(told.lines, "line"),
            bytes(told.bytes),
            told.is_complete ? "captured to disk, to its end" : "captured to disk",
            following && !told.is_complete && isLive && "following",
          ]
            .filter(Boolean)
            .join(" · ")}
        </Text>
        <Announce text={!following && fresh > 0 ? plural(fresh, "new line") : ""} />
        {selection.count > 0 && (
          <Group gap="xs">
            <Text size="xs" role="status">
              {selection.copied === "failed"
                ? "The lines could not be copied"
                : selection.copied === null
                  ? `${plural(selection.count, "line")} marked`
                  : `${plural(selection.copied, "line")} copied`}
            </Text>
            <Button size="compact-xs" variant="default" onClick={selection.copy}>
              Copy
            </Button>
          </Group>
        )}
        {!following && (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<Icon name="down" size={12} />}
            onClick={() => reader.setFollowing(true)}
          >
            {fresh > 0 ? plural(fresh, "new line") : "To the end"}
          </Button>
        )}
      </Group>
    </div>
  );
}
