import { nextRow, type Draft, type Row } from "./draft";
import type { EnvRow } from "@/ipc";

/** A way to sign in where code is fetched, by secrets of the project that the run gets under these very names. */
type SignIn = { value: string; label: string; secrets: readonly string[] };

const keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/** Ways to sign in, by where the code comes from; those of no other source have any. */
export const signIns = {
  git: [
    { value: "", label: "not at all: it is public", secrets: [] },
    { value: "token", label: "with a token", secrets: ["GIT_TOKEN"] },
    { value: "password", label: "with a user and a password", secrets: ["GIT_USER", "GIT_PASSWORD"] },
  ],
  s3: [
    { value: "", label: "not at all: it is public", secrets: [] },
    { value: "keys", label: "with a key and its secret", secrets: keys },
    { value: "session", label: "with keys of a session", secrets: [...keys, "AWS_SESSION_TOKEN"] },
  ],
} as const satisfies Record<string, readonly SignIn[]>;

/** The way to sign in that the chosen secrets make. Pure. */
export function signInOf(ways: readonly SignIn[], secrets: readonly string[]): SignIn | undefined {
  const whole = ways.filter((way) => way.secrets.every((name) => secrets.includes(name)));
  return whole.sort((a, b) => b.secrets.length - a.secrets.length)[0];
}

/** The secrets of a run that signs in so, and in no other of these ways. Pure. */
export function withSignIn(ways: readonly SignIn[], secrets: readonly string[], value: string): string[] {
  const own = new Set(ways.flatMap((way) => way.secrets));
  const wanted = ways.find((way) => way.value === value)?.secrets ?? [];
  return [...secrets.filter((name) => !own.has(name)), ...wanted];
}

/** What a variable says; empty where it is not said. */
export function variable({ envs }: Pick<Draft, "envs">, name: string): string {
  return envs.find((row) => row.name.trim() === name)?.value ?? "";
}

/** The variables with one that says something else; without it where that is nothing. Pure. */
export function withVariable(envs: Row<EnvRow>[], name: string, value: string): Row<EnvRow>[] {
  const isIt = (row: EnvRow) => row.name.trim() === name;
  if (value === "") return envs.filter((row) => !isIt(row));
  if (!envs.some(isIt)) return [...envs, { row: nextRow(envs), name, value }];
  return envs.map((row) => (isIt(row) ? { ...row, value } : row));
}
