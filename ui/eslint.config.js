import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const outsideIpc = {
  patterns: [
    { group: ["@tauri-apps/*"], message: "Only src/ipc talks to Tauri." },
    { group: ["@/ipc/bindings"], message: "Import from @/ipc: client.ts makes errors of failed commands." },
    { group: ["../*"], message: "Import across folders through @/." },
  ],
};

export default defineConfig([
  globalIgnores(["dist", "src/ipc/bindings.ts"]),
  js.configs.recommended,
  tseslint.configs.strict,
  hooks.configs.flat["recommended-latest"],
  {
    rules: {
      // A note of the React Compiler, which is not used here.
      "react-hooks/incompatible-library": "off",
      "no-console": "error",
      eqeqeq: "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }],
      "no-restricted-imports": ["error", outsideIpc],
    },
  },
  {
    // The edge: what comes over IPC is what the bindings say.
    files: ["src/ipc/**"],
    rules: {
      "no-restricted-imports": "off",
      "@typescript-eslint/consistent-type-assertions": "off",
    },
  },
  {
    files: ["src/shared/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            ...outsideIpc.patterns,
            { group: ["@/features/*", "@/app/*"], message: "shared knows no domain." },
          ],
        },
      ],
    },
  },
  {
    files: ["src/features/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            ...outsideIpc.patterns,
            { group: ["@/app/*"], message: "Imports go app → features → shared." },
          ],
        },
      ],
    },
  },
]);
