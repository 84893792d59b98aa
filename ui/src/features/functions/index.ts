export { functionKeys, functionListOptions, PROJECT } from "./api";
export { FunctionList } from "./FunctionList";
export { FunctionPage } from "./FunctionPage";
