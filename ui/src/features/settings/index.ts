export { preferencesOptions, startupOptions, useIsForeign, usePreferences, useSaveFailure } from "./api";
export { HelperImages } from "./HelperImages";
