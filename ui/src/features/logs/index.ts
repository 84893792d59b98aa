export { noteLogsGrew, tailOptions } from "./api";
export { LogsTab } from "./LogsTab";
