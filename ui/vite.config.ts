import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import page from "./package.json" with { type: "json" };

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  define: { __BERTH_VERSION__: JSON.stringify(page.version) },
  clearScreen: false,
  build: {
    // The engines of the systems that Tauri 2 runs on; the policy of the page allows no inline script.
    target: ["safari15", "chrome105"],
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        // Two files, each asked for once: what the first screen needs, and all the rest but the editor of code.
        codeSplitting: {
          groups: [
            { name: "first", tags: ["$initial"], priority: 2 },
            { name: "later", test: (id) => !/codemirror|lezer|CodeEditor|grammars/.test(id), priority: 1 },
          ],
        },
      },
    },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    // Sheets that a test reads as text; no other is looked at.
    css: { include: [/\?raw$/] },
    restoreMocks: true,
    testTimeout: 30_000,
  },
});
