import { lazily } from "@/shared/lazily";

export { secretListOptions } from "./api";

// Parts that the first screen does without.
export const SecretList = lazily(async () => (await import("./SecretList")).SecretList);
