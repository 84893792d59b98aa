import { useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

/** How long a dialog takes, at most, to give the focus back to where it was opened; in milliseconds. */
const GIVES_BACK = 50;

/** Moves the focus to the screen when another one is shown, so that keys and screen readers go on there. */
export function useScreenFocus(): void {
  const path = useLocation({ select: (location) => location.pathname });
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    const timer = setTimeout(() => {
      const main = document.querySelector("main");
      if (main && !main.contains(document.activeElement)) main.focus({ preventScroll: true });
    }, GIVES_BACK);
    return () => clearTimeout(timer);
  }, [path]);
}
