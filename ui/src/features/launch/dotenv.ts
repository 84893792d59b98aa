/** A line of a .env text that is no variable. */
export type RefusedLine = { number: number; text: string };

/**
 * Reads a .env text: `NAME=value`, `export NAME=value`, values in single or double quotes, comments and blank lines.
 * Nothing is expanded. Pure; what cannot be read is named, not dropped.
 */
export function parseDotenv(text: string): {
  rows: { name: string; value: string }[];
  refused: RefusedLine[];
} {
  const rows: { name: string; value: string }[] = [];
  const refused: RefusedLine[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const match = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*)$/.exec(line);
    const [, name, rest] = match ?? [];
    if (name === undefined || rest === undefined) refused.push({ number: index + 1, text: raw });
    else rows.push({ name, value: unquoted(rest) });
  }
  return { rows, refused };
}

function unquoted(text: string): string {
  const quote = text[0];
  if ((quote === '"' || quote === "'") && text.length > 1) {
    const end = text.indexOf(quote, 1);
    if (end > 0) {
      const inner = text.slice(1, end);
      return quote === '"' ? inner.replaceAll("\\n", "\n") : inner;
    }
  }
  return text.replace(/\s+#.*$/, "");
}
