export { contextListOptions, noteConnections, useContextLook } from "./api";
export { ContextSettings } from "./ContextSettings";
export { lookColour } from "./looks";
export { chosenPlace, type ChosenPlace } from "./place";
export { PlaceSwitcher } from "./PlaceSwitcher";
export { StaleNotice } from "./StaleNotice";
export { StatusBar } from "./StatusBar";
