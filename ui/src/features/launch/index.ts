export { NewRun } from "./NewRun";
