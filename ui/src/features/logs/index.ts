export { noteLogsGrew } from "./api";
export { LogsTab } from "./LogsTab";
