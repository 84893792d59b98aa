export { functionKeys, functionNamesOptions } from "./api";
export { FunctionList } from "./FunctionList";
export { FunctionPage } from "./FunctionPage";
