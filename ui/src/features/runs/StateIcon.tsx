import type { ReactElement } from "react";

import type { StatusWord } from "@/ipc";

import { LineDrawing } from "@/shared/Icon";

import classes from "./runs.module.css";

const ring = <circle cx="8" cy="8" r="5.75" />;

const shapes: Record<StatusWord, ReactElement> = {
  submitted: ring,
  queued: <path d="M3.5 4.5h9M3.5 8h9M3.5 11.5h9" />,
  pending: (
    <>
      {ring}
      <path d="M8 5v3.25L10 9.5" />
    </>
  ),
  starting: (
    <>
      <circle cx="8" cy="8" r="5.75" opacity="0.35" />
      <path d="M8 2.25A5.75 5.75 0 0 1 13.75 8" />
    </>
  ),
  running: (
    <>
      <circle cx="8" cy="8" r="5.75" opacity="0.3" />
      <path className={classes.spin} d="M8 2.25A5.75 5.75 0 1 1 2.25 8" />
    </>
  ),
  ready: <circle cx="8" cy="8" r="4" fill="currentColor" />,
  scheduled: (
    <>
      <rect x="2.75" y="3.75" width="10.5" height="9.5" rx="1" />
      <path d="M2.75 6.75h10.5M5.5 2.25v2.5M10.5 2.25v2.5" />
    </>
  ),
  succeeded: (
    <>
      {ring}
      <path d="m5.5 8.2 1.8 1.8 3.3-3.7" />
    </>
  ),
  failed: (
    <>
      {ring}
      <path d="m6 6 4 4M10 6l-4 4" />
    </>
  ),
  stopping: (
    <>
      <circle cx="8" cy="8" r="5.75" opacity="0.35" />
      <rect x="6" y="6" width="4" height="4" fill="currentColor" />
    </>
  ),
  stopped: <rect x="4" y="4" width="8" height="8" rx="1" />,
  lost: (
    <>
      <circle cx="8" cy="8" r="5.75" strokeDasharray="2.4 2.1" />
      <path d="M6.6 6.6a1.45 1.45 0 1 1 2 1.5c-.4.2-.6.5-.6.9M8 10.9v.1" />
    </>
  ),
  deleted: (
    <>
      <rect x="3.5" y="3.5" width="9" height="9" rx="1" />
      <path d="M5.75 8h4.5" />
    </>
  ),
};

/** The shape of a state; its name always stands beside it. */
export function StateIcon({ word }: { word: StatusWord }) {
  return <LineDrawing>{shapes[word]}</LineDrawing>;
}
