export { preferencesOptions, startupOptions, useIsForeign, usePreferences } from "./api";
export { SettingsPopover } from "./SettingsPopover";
