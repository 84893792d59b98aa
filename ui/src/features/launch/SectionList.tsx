import { UnstyledButton } from "@mantine/core";

import { advancedFields } from "./AdvancedSection";
import { actions, hasCode, typedRows, type Draft } from "./draft";
import classes from "./launch.module.css";
import { partOf, type Field } from "./problems";

type Entry = {
  title: string;
  fields: readonly (Field & keyof Draft)[];
  /** Actions that have it; all where not said. */
  actions?: readonly Draft["action"][];
};

const runs = ["job", "serve", "deploy"] as const;

const entries: readonly Entry[] = [
  { title: "Image and command", actions: runs, fields: ["image", "name", "command", "args"] },
  { title: "Image to build", actions: ["build"], fields: ["base_image", "name", "instructions", "image"] },
  {
    title: "Code",
    fields: ["code_from", "address", "reference", "is_archive", "code", "lang", "handler"],
  },
  {
    title: "Service",
    actions: ["serve", "deploy"],
    fields: [
      "replicas",
      "service_ports",
      "service_type",
      "service_name",
      "readiness_probe",
      "liveness_probe",
    ],
  },
  { title: "Schedule", actions: ["job"], fields: ["schedule", "time_zone", "concurrency_policy"] },
  { title: "Environment", fields: ["envs", "env_from"] },
  { title: "Secrets", fields: ["secrets"] },
  { title: "Volumes", fields: ["volumes"] },
  { title: "Profile", fields: ["profile"] },
  {
    title: "Resources",
    fields: ["cpu_request", "cpu_limit", "memory_request", "memory_limit", "gpu", "gpu_key", "disk"],
  },
  { title: "Where it runs", fields: ["node_selector", "tolerations", "affinity"] },
  { title: "Retries and limits", actions: ["job", "build"], fields: ["backoff_limit", "deadline", "ttl"] },
  { title: "Advanced", fields: advancedFields },
  { title: "Description and labels", fields: ["description", "labels"] },
];

/** The parts of a draft that the form shows for each action. */
export const shownParts = Object.fromEntries(
  actions.map((action) => {
    const shown = entries.filter(({ actions }) => !actions || actions.includes(action));
    return [action, new Set<string>(shown.flatMap(({ fields }) => fields))];
  }),
);

/** How much is said in parts of a draft. */
function said(draft: Draft, fields: Entry["fields"]): number {
  const parts = fields.map((field): number => {
    switch (field) {
      case "envs":
      case "env_from":
      case "node_selector":
      case "tolerations":
      case "service_ports":
      case "volumes":
        return typedRows<object>(draft[field], field).length;
      case "readiness_probe":
      case "liveness_probe":
        return draft[field].kind === "" ? 0 : 1;
      case "labels":
      case "secrets":
      case "image_pull_secrets":
        return draft[field].length;
      case "code_from":
        return hasCode(draft) ? 1 : 0;
      case "address":
      case "reference":
      case "is_archive":
      case "code":
      case "lang":
      case "handler":
        // They go with where the code comes from.
        return 0;
      default:
        return draft[field].trim() === "" ? 0 : 1;
    }
  });
  return parts.reduce((sum, part) => sum + part, 0);
}

/** The sections with how much was said in each, and which need a look. */
export function SectionList({ draft, wrong }: { draft: Draft; wrong: readonly Field[] }) {
  return (
    <nav className={classes.sections} aria-label="Sections of the form">
      {entries.map(({ title, fields, actions }) => {
        if (actions && !actions.includes(draft.action)) return null;
        const count = said(draft, fields);
        const problems = wrong.filter((field) => fields.some((own) => own === partOf(field))).length;
        return (
          <UnstyledButton
            key={title}
            className={classes.sectionLink}
            onClick={() =>
              document.querySelector(`[data-section="${title}"]`)?.scrollIntoView({ block: "start" })
            }
          >
            <span>{title}</span>
            <span className={classes.sectionState} data-wrong={problems > 0 || undefined}>
              {problems > 0 ? `⚠ ${problems}` : count > 0 ? count : ""}
              <span className={classes.hiddenWords}>
                {problems > 0
                  ? ` ${problems === 1 ? "field needs" : "fields need"} a look`
                  : count > 0
                    ? ` ${count === 1 ? "value" : "values"} given`
                    : " nothing given"}
              </span>
            </span>
          </UnstyledButton>
        );
      })}
    </nav>
  );
}
