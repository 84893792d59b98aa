import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";

import {
  events,
  type commands,
  type CommandError,
  type ErrorCode,
  type ForwardView,
  type RunId,
  type RunView,
} from "./bindings";

type Commands = typeof commands;

/** The data that a command returns when it goes well. */
type Data<Name extends keyof Commands> = Extract<
  Awaited<ReturnType<Commands[Name]>>,
  { status: "ok" }
>["data"];

/** A scripted core: a handler per command, by the names of the bindings; arguments as they cross. */
export type Backend = {
  [Name in keyof Commands]?: (args: Record<string, unknown>) => Data<Name> | Promise<Data<Name>>;
};

/** Takes the place of the core in tests. A command without a handler fails the way an unknown one does. */
export function mockBackend(backend: Backend): void {
  const byName = new Map<string, (args: Record<string, unknown>) => unknown>();
  for (const [name, handler] of Object.entries(backend)) {
    byName.set(
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      handler,
    );
  }
  mockIPC(
    (command, args) => {
      const handler = byName.get(command);
      if (!handler) throw `command ${command} not found`;
      return handler((args ?? {}) as Record<string, unknown>);
    },
    { shouldMockEvents: true },
  );
}

/** Takes it away again. */
export const clearBackend = clearMocks;

/** A failure as a command returns it; throw it in a handler. */
export function failure(code: ErrorCode, message: string, rest: Partial<CommandError> = {}): CommandError {
  return { code, message, detail: null, hint: null, fields: [], ...rest };
}

/** Announces changed runs, as the core does. */
export async function announceRuns(runs: RunView[]): Promise<void> {
  await events.runsChanged.emit(runs);
}

/** Announces that more of these runs' logs is stored, as the core does. */
export async function announceLogs(runs: RunId[]): Promise<void> {
  await events.logGrew.emit(runs);
}

/** Announces changed forwards, as the core does. */
export async function announceForwards(forwards: ForwardView[]): Promise<void> {
  await events.forwardsChanged.emit(forwards);
}
