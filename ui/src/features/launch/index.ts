export { NewRun } from "./NewRun";
export { draftKey, parseOrigin, type Origin } from "./origin";
