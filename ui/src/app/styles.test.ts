import { build, type Rolldown } from "vite";
import { expect, test } from "vitest";

import first from "./first.css?raw";
import later from "./later.css?raw";

type Chunk = Rolldown.OutputChunk;

test("each component of Mantine that is used brings its styles, and the first screen no other's", async () => {
  const chunks: Chunk[] = [];
  const note = {
    name: "note",
    generateBundle: (_: unknown, bundle: Rolldown.OutputBundle) => {
      for (const file of Object.values(bundle)) if (file.type === "chunk") chunks.push(file);
    },
  };
  await build({ logLevel: "error", build: { write: false }, plugins: [note] });
  const inFirst = new Set(chunks.filter((chunk) => chunk.isEntry).flatMap(styled));
  const inLater = new Set(chunks.flatMap(styled).filter((name) => !inFirst.has(name)));
  expect(inFirst.size).toBeGreaterThan(5);
  expect(imported(first).sort()).toEqual([...inFirst].sort());
  expect(imported(later).sort()).toEqual([...inLater].sort());
});

/** The components of Mantine with styles whose code is in a file. */
function styled(chunk: Chunk): string[] {
  return Object.keys(chunk.modules).flatMap((id) => {
    const name = /@mantine\/core\/.*\/(\w+)\.module\.m?js$/.exec(id)?.[1];
    return name === undefined ? [] : [name];
  });
}

/** What a sheet takes of Mantine's, but for what belongs to no component. */
function imported(sheet: string): string[] {
  const names = [...sheet.matchAll(/styles\/([\w-]+)\.layer\.css/g)].map((match) => match[1] ?? "");
  return names.filter((name) => !["baseline", "global", "default-css-variables"].includes(name));
}
