export { noteForwards, useResume } from "./api";
export { ServicePanel, Ways } from "./ServicePanel";
