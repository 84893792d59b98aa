/** How values read for people. Pure; the time is always given. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A moment seen from now: "just now", "2 min ago", "3 h ago", then the date. */
export function relativeTime(iso: string, now: number): string {
  const seconds = Math.floor((now - Date.parse(iso)) / 1000);
  if (seconds < 10) return "just now";
  if (seconds < MINUTE) return `${seconds} s ago`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ago`;
  if (seconds < 7 * DAY) return `${Math.floor(seconds / DAY)} d ago`;
  return dateOf(iso);
}

/** A moment in full, in the person's own time zone. */
export function absoluteTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return `${dateOf(iso)} ${clockTime(iso)}`;
}

function dateOf(iso: string): string {
  const date = new Date(iso);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The time of day, to the second. */
export function clockTime(iso: string): string {
  const date = new Date(iso);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** How the time of a log line is shown. */
type LineTime = "local" | "utc" | "relative" | "off";

/** The time of a log line, to the millisecond: of the day here or in UTC, or since `origin`, as in "+0:41.120". */
export function logTime(iso: string, shown: LineTime = "local", origin = ""): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  if (shown === "utc") return date.toISOString().slice(11, 23);
  const milliseconds = (count: number) => String(count).padStart(3, "0");
  if (shown === "relative") {
    const since = date.getTime() - Date.parse(origin);
    if (Number.isNaN(since)) return logTime(iso);
    return `${since < 0 ? "−" : "+"}${duration(Math.abs(since))}.${milliseconds(Math.abs(since) % 1000)}`;
  }
  return `${clockTime(iso)}.${milliseconds(date.getMilliseconds())}`;
}

/** A length of time: "0:41", "2:11", "1:02:10", "3 d 4 h". */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds >= 2 * DAY) return `${Math.floor(seconds / DAY)} d ${Math.floor((seconds % DAY) / HOUR)} h`;
  const hours = Math.floor(seconds / HOUR);
  const minutes = Math.floor((seconds % HOUR) / MINUTE);
  const rest = two(seconds % MINUTE);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** How long something took that is over. The cluster tells times to the second: "< 1 s". */
export function length(milliseconds: number): string {
  return milliseconds < 1000 ? "< 1 s" : duration(milliseconds);
}

/** A size in bytes: "812 B", "31.4 MB". */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** A count with thousands set apart: "214,880". */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A message as a sentence of its own: it begins with a capital and ends with a stop. */
export function sentence(message: string): string {
  const text = message.trim();
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?:…]$/.test(begun) || begun === "" ? begun : `${begun}.`;
}

/** "1 run", "3 runs". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** How many copies of a service are ready. */
export function copiesText(copies: { ready: number; wanted: number }): string {
  return `${copies.ready} of ${copies.wanted} ready`;
}
