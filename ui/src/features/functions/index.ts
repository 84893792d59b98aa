import { lazily } from "@/shared/lazily";

export { functionKeys, functionNamesOptions } from "./api";

// Parts that the first screen does without.
export const FunctionList = lazily(async () => (await import("./FunctionList")).FunctionList);
export const FunctionPage = lazily(async () => (await import("./FunctionPage")).FunctionPage);
