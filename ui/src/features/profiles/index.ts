import { lazily } from "@/shared/lazily";

export { profileListOptions } from "./api";
export { profileEffect } from "./effect";

// Parts that the first screen does without.
export const ProfileList = lazily(async () => (await import("./ProfileList")).ProfileList);
