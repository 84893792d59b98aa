import type { CommandError } from "./bindings";

/** A failed command, as the core told it. */
export class IpcError extends Error {
  readonly code: CommandError["code"];
  readonly detail: string | null;
  readonly hint: string | null;
  readonly fields: CommandError["fields"];
  /** When it failed. */
  readonly at = new Date();

  constructor(error: CommandError) {
    super(error.message);
    this.name = "IpcError";
    this.code = error.code;
    this.detail = error.detail;
    this.hint = error.hint;
    this.fields = error.fields;
  }
}

type Reply<T> = { status: "ok"; data: T } | { status: "error"; error: CommandError };

/** Awaits a command; throws an IpcError where it failed. */
export async function call<T>(reply: Promise<Reply<T>>): Promise<T> {
  let settled: Reply<T>;
  try {
    settled = await reply;
  } catch (cause) {
    throw new IpcError(internal(cause));
  }
  if (settled.status === "ok") return settled.data;
  throw new IpcError(isCommandError(settled.error) ? settled.error : internal(settled.error));
}

/** Any thrown thing as an IpcError, for showing. */
export function asIpcError(cause: unknown): IpcError {
  return cause instanceof IpcError ? cause : new IpcError(internal(cause));
}

function isCommandError(value: unknown): value is CommandError {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}

/** Unknown commands and bad arguments are rejected by Tauri itself, with a plain string. */
function internal(cause: unknown): CommandError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return {
    code: "internal",
    message: "Berth ran into a fault of its own: this should not happen.",
    detail,
    hint: null,
    fields: [],
  };
}
