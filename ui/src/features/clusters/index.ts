export {
  contextCheckOptions,
  contextListOptions,
  contextLooksOptions,
  noteConnections,
  noteStanding,
} from "./api";
export { useContextLook } from "./api";
export { ContextSettings } from "./ContextSettings";
export { FirstStart } from "./FirstStart";
export { KubeconfigFiles } from "./KubeconfigFiles";
export { lookColour } from "./looks";
export { NextPlace } from "./NextPlace";
export { chosenPlace, chooseContext, chooseNamespace, type ChosenPlace } from "./place";
export { PlaceSwitcher } from "./PlaceSwitcher";
export { StaleNotice } from "./StaleNotice";
export { StatusBar } from "./StatusBar";
