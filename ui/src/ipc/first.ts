import { commands, type FirstScreen } from "./bindings";
import { call } from "./client";

declare global {
  interface Window {
    /** What the window asked for while the page was still being read. */
    __BERTH_FIRST_SCREEN__?: Promise<FirstScreen>;
  }
}

/** Reads what the first screen shows beside its runs; asked for already where the window did. */
export function firstScreen(): Promise<FirstScreen> {
  return window.__BERTH_FIRST_SCREEN__ ?? call(commands.firstScreen());
}
