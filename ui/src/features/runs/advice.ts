import type { RunView, SpecValue } from "@/ipc";

/** What can be done about a reason; `memory` is a limit to try next. */
export type Advice = { text: string; memory?: string };

const texts: Record<string, string> = {
  Unschedulable:
    "No node has what it asks for. Ask for less, loosen the node labels, put up with a taint, or wait until room is made.",
  ImagePull:
    "The node could not get the image. Check its name and tag, and whether the registry wants a sign-in that the namespace lacks.",
  InvalidImageName: "The image's name is not one that a node understands. Correct it and run again.",
  Configuration:
    "Something that the container needs is missing. Make it in the namespace, or take it out of the run.",
  Mount: "A volume could not be mounted. Check that it exists in the namespace and is not in use elsewhere.",
  QuotaExceeded:
    "The namespace's quota is used up. End other work there, ask for less, or ask its keeper for more.",
  PodSecurity:
    "The namespace forbids pods like this one. Choose the level “Restricted” in the form, or another namespace.",
  AdmissionRefused: "A rule of the cluster refused the pod. Its words say which; its keeper can tell why.",
  ExitCode: "The program ended with an error of its own: the last lines of its log usually say which.",
  OutOfMemory:
    "It used more memory than its limit, and the kernel killed it. Give it more, or let it use less.",
  RetriesExhausted: "Every attempt failed. The log of the last one says most.",
  DeadlineExceeded: "It ran longer than its time limit. Raise the limit, or let it do less.",
  Evicted:
    "The node took its place back, mostly for want of memory or disk. Running it again may find another node.",
  CannotRun:
    "The command could not be started in this image. Check that the program is there and may be executed.",
  DeletedOutside: "Someone deleted it in the cluster. What was seen until then is kept here.",
  NamespaceDeleted: "Its namespace was deleted, and everything in it. What was seen until then is kept here.",
  Vanished: "It was gone before its end was seen, so nobody knows how it ended. Its log may tell.",
  Replaced: "Another object took its name. What was seen of this one is kept here.",
  Paused: "Someone suspended it in the cluster. It goes on when it is resumed there.",
  NameTaken: "The name is in use by something else in the namespace. Running it again makes another name.",
  OutcomeUnknown: "The cluster's answer was lost. Berth goes on asking and shows what became of it.",
};

/** What to do about a run that failed or does not move, for where its message does not say; `null` for unknown reasons. */
export function advice(run: RunView, values: readonly SpecValue[] | undefined): Advice | null {
  if (run.reason === null) return null;
  const text = texts[run.reason];
  if (text === undefined) return null;
  if (run.reason !== "OutOfMemory") return { text };
  const limit = values?.find((value) => value.path === "resources.mem.limits")?.value;
  const memory = typeof limit === "string" ? doubled(limit) : null;
  return memory === null ? { text } : { text, memory };
}

/** Twice an amount of memory, in the largest unit that keeps it whole: "512Mi" gives "1Gi". */
export function doubled(amount: string): string | null {
  const match = /^(\d+)(Ki|Mi|Gi|Ti|k|M|G|T)?$/.exec(amount);
  if (!match) return null;
  let number = Number(match[1]) * 2;
  let unit = match[2] ?? "";
  const binary = ["Ki", "Mi", "Gi", "Ti"];
  for (let at = binary.indexOf(unit); at >= 0 && at < 3 && number % 1024 === 0; at += 1) {
    number /= 1024;
    unit = binary[at + 1] ?? unit;
  }
  return `${number}${unit}`;
}
