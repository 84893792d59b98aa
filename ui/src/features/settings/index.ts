export { preferencesOptions, startupOptions, usePreferences } from "./api";
export { SettingsPopover } from "./SettingsPopover";
