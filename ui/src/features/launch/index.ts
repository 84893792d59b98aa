export { NewRun } from "./NewRun";
export { parseOrigin, type Origin } from "./origin";
