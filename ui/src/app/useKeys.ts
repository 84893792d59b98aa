import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

import { isTyping, meaning, PAIR, pressed } from "./keys";
import type { ZoomDeed } from "./zoom";

/** Listens to the keys of the window; those of a field that is typed in are left alone. */
export function useKeys(onDeed: (what: "palette" | "keys" | ZoomDeed) => void): void {
  const navigate = useNavigate();
  // The listener stays; what it calls is the one that was drawn last.
  const latest = useRef(onDeed);
  useEffect(() => {
    latest.current = onDeed;
  });
  const before = useRef<{ key: string; at: number } | null>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const now = pressed(event);
      const hasModifier = now.startsWith("mod+");
      if (event.defaultPrevented || event.altKey || (isTyping(event.target) && !hasModifier)) return;
      const held = before.current;
      const { deed, pending } = meaning(held && event.timeStamp - held.at < PAIR ? held.key : null, now);
      before.current = pending === null ? null : { key: pending, at: event.timeStamp };
      if (!deed) return;
      event.preventDefault();
      if ("go" in deed) void navigate({ to: deed.go });
      else if (deed.do === "search") document.querySelector<HTMLInputElement>("[data-search]")?.focus();
      else latest.current(deed.do);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [navigate]);
}
