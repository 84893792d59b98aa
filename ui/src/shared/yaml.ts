/** A line of nothing but base64, as the packed run in its annotation is. */
const PACKED = /^(\s*)([A-Za-z0-9+/]{24})[A-Za-z0-9+/]{56,}={0,2}$/gm;

/** YAML as people read it: packed bytes are cut short. What is copied is whole. */
export function readable(yaml: string): string {
  return yaml.replace(PACKED, "$1$2…");
}
