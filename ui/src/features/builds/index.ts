export { useSetRegistry } from "./api";
export { BuildSection } from "./BuildSection";
export { RegistryDialog } from "./RegistryDialog";
