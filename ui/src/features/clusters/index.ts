export { contextListOptions, noteConnections } from "./api";
export { chosenPlace, type ChosenPlace } from "./place";
export { PlaceSwitcher } from "./PlaceSwitcher";
export { StaleNotice } from "./StaleNotice";
export { StatusBar } from "./StatusBar";
