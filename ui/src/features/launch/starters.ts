import { emptyDraft, type Draft } from "./draft";

/** Forms to begin from, for those who have nothing yet. */
export const starters = {
  python: {
    label: "Python script",
    draft: {
      ...emptyDraft,
      name: "first-script",
      image: "python:3.12-slim",
      command: "python main.py",
      lang: "python",
      handler: "main.py",
      code: [
        "import platform, time",
        "",
        'print("hello from Python", platform.python_version(), "on", platform.node())',
        "for step in range(1, 6):",
        '    print(f"step {step} of 5", flush=True)',
        "    time.sleep(1)",
        "",
      ].join("\n"),
    },
  },
  shell: {
    label: "Shell command",
    draft: {
      ...emptyDraft,
      name: "first-command",
      image: "busybox",
      command: "sh -c 'echo hello from $(hostname); date'",
    },
  },
} as const satisfies Record<string, { label: string; draft: Draft }>;

export type Starter = keyof typeof starters;

export function isStarter(value: unknown): value is Starter {
  return typeof value === "string" && value in starters;
}
