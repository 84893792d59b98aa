import { UnstyledButton } from "@mantine/core";

import { typedRows, typedTolerations, type Draft } from "./draft";
import classes from "./launch.module.css";
import type { Field, Sorted } from "./problems";

type Entry = { title: string; fields: readonly Field[]; said: (draft: Draft) => number };

const filled = (...values: string[]) => values.filter((value) => value.trim() !== "").length;

const entries: readonly Entry[] = [
  {
    title: "Image and command",
    fields: ["image", "name", "command", "args"],
    said: (draft) => filled(draft.image, draft.name, draft.command, draft.args),
  },
  { title: "Code", fields: ["code", "lang", "handler"], said: (draft) => filled(draft.code) },
  { title: "Environment", fields: ["envs"], said: (draft) => typedRows(draft.envs).length },
  {
    title: "Resources",
    fields: ["cpuRequest", "cpuLimit", "memoryRequest", "memoryLimit"],
    said: (draft) => filled(draft.cpuRequest, draft.cpuLimit, draft.memoryRequest, draft.memoryLimit),
  },
  {
    title: "Where it runs",
    fields: ["nodeSelector", "tolerations"],
    said: (draft) => typedRows(draft.nodeSelector).length + typedTolerations(draft.tolerations).length,
  },
  {
    title: "Retries and limits",
    fields: ["backoffLimit", "deadline", "ttl", "security", "pullPolicy"],
    said: (draft) => filled(draft.backoffLimit, draft.deadline, draft.ttl, draft.security, draft.pullPolicy),
  },
];

/** The sections with how much was said in each, and which need a look. */
export function SectionList({ draft, problems }: { draft: Draft; problems: Sorted | undefined }) {
  const has = (field: Field) =>
    [...(problems?.fields.keys() ?? [])].some((known) => known === field || known.startsWith(`${field}.`));
  return (
    <nav className={classes.sections} aria-label="Sections of the form">
      {entries.map(({ title, fields, said }) => {
        const count = said(draft);
        const isWrong = fields.some(has);
        return (
          <UnstyledButton
            key={title}
            className={classes.sectionLink}
            onClick={() =>
              document.querySelector(`[data-section="${title}"]`)?.scrollIntoView({ block: "start" })
            }
          >
            <span>{title}</span>
            <span className={classes.sectionState} data-wrong={isWrong || undefined}>
              {isWrong ? "⚠" : count > 0 ? count : ""}
              <span className={classes.hiddenWords}>
                {isWrong ? "needs a look" : count > 0 ? "values given" : "nothing given"}
              </span>
            </span>
          </UnstyledButton>
        );
      })}
    </nav>
  );
}
