import { expect, test } from "vitest";

import { grammarOf } from "./language";

test.each([
  ["python", "", "python"],
  ["sh", "", "shell"],
  ["python", "run.sh", "shell"],
  ["text", "config.YML", "yaml"],
  ["dockerfile", "", "dockerfile"],
  ["text", "some/Dockerfile", "dockerfile"],
  ["javascript", "main.rs", "javascript"],
  ["python", "main.py:train", "python"],
  ["text", "notes.txt", null],
  ["", "", null],
])("the language %s and the file %s are coloured as %s", (language, file, grammar) => {
  expect(grammarOf(language, file)).toBe(grammar);
});
