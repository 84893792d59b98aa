export { commands } from "./bindings";
export type * from "./bindings";
export { asIpcError, call, IpcError } from "./client";
export { errorWords } from "./errors";
export { listenToCore } from "./events";
export { firstScreen } from "./first";
