import { Button, Group, Select, Switch, Text } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";

import type { LogView as StoredLog } from "@/ipc";
import { bytes, plural } from "@/shared/format";
import { ErrorPanel } from "@/shared/ErrorPanel";
import { Icon } from "@/shared/Icon";

import { LogLine } from "./LogLine";
import classes from "./logs.module.css";
import { beginning } from "./logWindow";
import { logKey } from "./streams";
import { useLogWindow } from "./useLogWindow";

/** Height of an unwrapped line, in pixels: as in logs.module.css. */
const LINE_HEIGHT = 19;

/** How near to an end of what is held the next piece is read, in pixels. */
const NEAR = 600;

type Props = {
  stored: StoredLog;
  isLive: boolean;
  choices: { value: string; label: string }[];
  onChoose: (key: string | null) => void;
};

/** One log: a window of it, virtual, following its end or wherever the person scrolls. */
export function LogView({ stored, isLive, choices, onChoose }: Props) {
  const [log] = useState(stored.log);
  const reader = useLogWindow(log, isLive, stored.lines);
  const { window, following } = reader;
  const [wraps, setWraps] = useState(false);
  const [withTime, setWithTime] = useState(true);
  const scroller = useRef<HTMLDivElement>(null);

  const virtual = useVirtualizer({
    count: window.lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    getItemKey: (index) => window.lines[index]?.number ?? index,
    overscan: 30,
  });

  useEffect(() => virtual.measure(), [virtual, wraps, withTime]);

  // While following, the end stays in view; after older lines came, what was in view stays where it was.
  const first = window.lines[0]?.number;
  const seenFirst = useRef(first);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    if (following) {
      if (window.lines.length > 0) virtual.scrollToIndex(window.lines.length - 1, { align: "end" });
    } else if (first !== undefined && seenFirst.current !== undefined && first !== seenFirst.current) {
      element.scrollTop += (seenFirst.current - first) * LINE_HEIGHT;
    }
    seenFirst.current = first;
  }, [virtual, window, first, following]);

  const onScroll = () => {
    const element = scroller.current;
    if (!element || following) return;
    if (element.scrollTop < NEAR && beginning(window) > 0) void reader.readBack();
    if (element.scrollHeight - element.scrollTop - element.clientHeight < NEAR) void reader.readOn();
  };
  const stopFollowing = () => {
    if (following) reader.setFollowing(false);
  };

  return (
    <div className={classes.view}>
      <Group className={classes.toolbar} gap="md">
        <Select
          size="xs"
          w={230}
          aria-label="Attempt and container"
          data={choices}
          value={logKey(stored)}
          allowDeselect={false}
          onChange={onChoose}
        />
        <Switch
          size="xs"
          label="Wrap"
          checked={wraps}
          onChange={(event) => setWraps(event.currentTarget.checked)}
        />
        <Switch
          size="xs"
          label="Timestamps"
          checked={withTime}
          onChange={(event) => setWithTime(event.currentTarget.checked)}
        />
        <Switch
          size="xs"
          label="Follow"
          checked={following}
          onChange={(event) => reader.setFollowing(event.currentTarget.checked)}
        />
      </Group>
      {reader.error !== null && <ErrorPanel error={reader.error} onRetry={reader.retry} />}
      {stored.gaps.map((gap) => (
        <Text key={gap.after_line} size="xs" px="md" py={4} className={classes.gap}>
          ⚠ Lines may be missing after line {gap.after_line}: {gap.why}
        </Text>
      ))}
      <div
        ref={scroller}
        className={classes.scroller}
        data-wraps={wraps || undefined}
        role="log"
        aria-live="off"
        aria-label="Log"
        tabIndex={0}
        onScroll={onScroll}
        onWheel={(event) => event.deltaY < 0 && stopFollowing()}
        onKeyDown={(event) => ["PageUp", "ArrowUp", "Home"].includes(event.key) && stopFollowing()}
        onPointerDown={(event) => {
          // The scroll bar lies outside of the content box.
          if (event.nativeEvent.offsetX > event.currentTarget.clientWidth) stopFollowing();
        }}
      >
        <div className={classes.lines} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const line = window.lines[item.index];
            return (
              line && (
                <div
                  key={item.key}
                  ref={wraps ? virtual.measureElement : undefined}
                  data-index={item.index}
                  className={classes.line}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <LogLine line={line} withTime={withTime} />
                </div>
              )
            );
          })}
        </div>
        {!reader.isLoading && window.lines.length === 0 && (
          <Text size="sm" c="dimmed" p="md">
            {isLive ? "The program has written nothing yet." : "The program wrote nothing."}
          </Text>
        )}
      </div>
      <Group className={classes.footer} justify="space-between">
        <Text size="xs" c="dimmed" aria-live="off">
          {[
            plural(stored.lines, "line"),
            bytes(stored.bytes),
            stored.is_complete ? "captured to disk, to its end" : "captured to disk",
            following && !stored.is_complete && isLive && "following",
          ]
            .filter(Boolean)
            .join(" · ")}
        </Text>
        {!following && (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<Icon name="down" size={12} />}
            onClick={() => reader.setFollowing(true)}
          >
            To the end
          </Button>
        )}
      </Group>
    </div>
  );
}
