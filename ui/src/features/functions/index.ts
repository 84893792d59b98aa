export { functionListOptions } from "./api";
