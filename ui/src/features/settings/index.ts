export { preferencesOptions, startupOptions, useIsForeign, usePreferences } from "./api";
