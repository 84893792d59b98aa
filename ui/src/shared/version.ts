/** Put in by vite.config.ts: the version of the package. */
declare const __BERTH_VERSION__: string;

/** The version of Berth that this page belongs to. */
export const version: string = __BERTH_VERSION__;
