export { secretListOptions } from "./api";
export { SecretList } from "./SecretList";
