export { functionKeys, functionListOptions, functionNamesOptions } from "./api";
export { FunctionList } from "./FunctionList";
export { FunctionPage } from "./FunctionPage";
