import { lazily } from "@/shared/lazily";

export { draftKey, parseOrigin } from "./origin";

// Parts that the first screen does without.
export const NewRun = lazily(async () => (await import("./NewRun")).NewRun);
