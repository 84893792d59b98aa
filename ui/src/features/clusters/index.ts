import { lazily } from "@/shared/lazily";

export {
  contextCheckOptions,
  contextListOptions,
  contextLooksOptions,
  noteConnections,
  noteStanding,
} from "./api";
export { useContextLook } from "./api";
export { lookColour } from "./looks";
export { chosenPlace, chooseContext, chooseNamespace, type ChosenPlace } from "./place";
export { StaleNotice } from "./StaleNotice";

// Parts that the first screen does without.
export const ContextSettings = lazily(async () => (await import("./ContextSettings")).ContextSettings);
export const FirstStart = lazily(async () => (await import("./FirstStart")).FirstStart);
export const KubeconfigFiles = lazily(async () => (await import("./KubeconfigFiles")).KubeconfigFiles);
export const NextPlace = lazily(async () => (await import("./NextPlace")).NextPlace);
export const PlaceSwitcher = lazily(async () => (await import("./PlaceSwitcher")).PlaceSwitcher);
export const StatusBar = lazily(async () => (await import("./StatusBar")).StatusBar);
