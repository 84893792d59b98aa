export { profileListOptions } from "./api";
export { profileEffect } from "./effect";
export { ProfileList } from "./ProfileList";
