import { expect, test } from "vitest";

import { blankRows, emptyDraft, toDraft, toForm } from "./draft";
import { differences, draftKey, keptNames } from "./origin";
import { volumeWords } from "./rowWords";

const place = { context: "lab", namespace: "team", project: "default" };

const form = toForm(
  {
    ...emptyDraft,
    name: "train",
    image: "python:3.11",
    command: "python train.py",
    args: "--lr\n0.1",
    envs: [{ row: 0, name: "A", value: "1" }],
    node_selector: [{ row: 0, name: "disk", value: "ssd" }],
    tolerations: [{ row: 0, key: "gpu", value: "", effect: "NoSchedule", seconds: "" }],
    memory_limit: "512Mi",
    backoff_limit: "2",
    security: "restricted",
    kept: { function: null, task: { affinity: {} } },
    parent: "11111111-1111-4111-8111-111111111111",
  },
  "id",
  place,
);

test("a form filled from another says the same", () => {
  const again = toForm(toDraft(form), "id", place);
  expect(again).toEqual(form);
  expect(differences(form, again)).toEqual([]);
});

test("what was changed is told by its field", () => {
  const draft = toDraft(form);
  const after = toForm(
    {
      ...draft,
      memory_limit: "1Gi",
      envs: [
        { row: 0, name: "A", value: "2" },
        { row: 1, name: "B", value: "x" },
      ],
      node_selector: [],
    },
    "id",
    place,
  );
  expect(differences(form, after)).toEqual([
    { field: "Memory at most", before: "512Mi", after: "1Gi" },
    { field: "A", before: "1", after: "2" },
    { field: "B", before: "", after: "x" },
    { field: "Node label disk", before: "ssd", after: "" },
  ]);
});

test("rows are told in words, volumes by their place and variables by their name", () => {
  const volume = { ...blankRows.volumes, row: 0, name: "data", mount_path: "/data", object: "team-data" };
  const port = { ...blankRows.service_ports, row: 0, port: "80", target_port: "80" };
  const before = toForm({ ...emptyDraft, volumes: [volume], service_ports: [port] }, "id", place);
  const draft = toDraft(before);
  const after = toForm(
    {
      ...draft,
      volumes: [
        { ...volume, name: "", read_only: true },
        {
          ...volume,
          row: 1,
          mount_path: "/out",
          kind: "new_claim",
          name: "results",
          size: "10Gi",
          goes_with_run: true,
        },
      ],
      env_from: [{ row: 0, name: "TOKEN", kind: "secret", object: "hub", key: "" }],
      tolerations: [{ row: 0, key: "gpu", value: "yes", effect: "NoExecute", seconds: "30" }],
      service_ports: [{ ...port, target_port: "8080", name: "web" }],
      readiness_probe: { ...draft.readiness_probe, kind: "http", path: "/up", period_seconds: "5" },
      secrets: ["A", "B"],
      is_archive: true,
    },
    "id",
    place,
  );
  const told = differences(before, after).map((each) => `${each.field}: ${each.before} -> ${each.after}`);
  expect(told).toEqual([
    "A zip archive: no -> yes",
    "Secrets:  -> A, B",
    "Ports: 80 -> 80 to 8080, web",
    "Ready when:  -> HTTP answers at /up, every 5 s",
    "Tolerations:  -> gpu=yes:NoExecute for 30 s",
    "TOKEN:  -> key TOKEN of secret hub",
    "Volume at /data: claim team-data -> claim team-data, read only",
    "Volume at /out:  -> new claim results, 10Gi, deleted with the run",
  ]);
});

test.each([
  [{ kind: "empty_dir", medium: "Memory", size: "1Gi" }, "scratch space in memory, at most 1Gi"],
  [{ kind: "empty_dir" }, "scratch space on the node"],
  [{ kind: "ephemeral", size: "2Gi", storage_class: "fast" }, "claim of each attempt, 2Gi, class fast"],
  [{ kind: "config_map", object: "settings" }, "files of config map settings"],
  [{ kind: "secret", object: "hub", sub_path: "key" }, "files of secret hub, only key"],
  [{ kind: "image", object: "models:1" }, "files of image models:1"],
  [{ kind: "claim", size: "of another kind" }, "claim"],
  [{ kind: "new_claim", access_mode: "ReadWriteMany" }, "new claim, all nodes read and write"],
])("a volume is told in words: %o", (said, words) => {
  expect(volumeWords({ ...blankRows.volumes, ...said })).toBe(words);
});

test("each origin has a draft of its own", () => {
  const keys = [
    draftKey({}, "default"),
    draftKey({ from: "a" }, "default"),
    draftKey({ from: "b" }, "default"),
    draftKey({ from: "a", memory: "1Gi" }, "default"),
    draftKey({ function: "train" }, "default"),
    draftKey({ function: "train", version: 2 }, "default"),
    draftKey({ function: "train", version: 2 }, "churn"),
    draftKey({}, "churn"),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

test("what the form has no control for is named", () => {
  expect(keptNames({ function: { base_image: "x" }, task: { affinity: {} } })).toEqual([
    "base_image",
    "affinity",
  ]);
  expect(keptNames({ function: null, task: null })).toEqual([]);
});
