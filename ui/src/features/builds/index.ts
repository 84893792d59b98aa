export { BuildSection } from "./BuildSection";
export { RegistryDialog } from "./RegistryDialog";
