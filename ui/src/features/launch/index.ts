export { NewRun } from "./NewRun";
export { draftKey, parseOrigin } from "./origin";
