import { lazily } from "@/shared/lazily";

export { preferencesOptions, startupOptions, useIsForeign, usePreferences, useSaveFailure } from "./api";

// Parts that the first screen does without.
export const HelperImages = lazily(async () => (await import("./HelperImages")).HelperImages);
