import { Checkbox, Group, Select, SimpleGrid, Text, TextInput } from "@mantine/core";

import type { SuggestionKind } from "@/ipc";

import { AddButton } from "./AddButton";
import { blankRows, type Draft } from "./draft";
import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";
import { RemoveButton } from "./RemoveButton";
import { rowControls, type RowControls } from "./rows";
import { Section } from "./Section";
import { Notice, SuggestedInput } from "./SuggestedInput";
import { useSuggestions } from "./useSuggestions";

type Volume = Draft["volumes"][number];

const kinds = [
  { value: "claim", label: "Existing claim" },
  { value: "new_claim", label: "New claim" },
  { value: "empty_dir", label: "Scratch space" },
  { value: "ephemeral", label: "Claim of each attempt" },
  { value: "config_map", label: "Config map, as files" },
  { value: "secret", label: "Secret of the namespace, as files" },
  { value: "image", label: "Files of an image" },
];

/** What is named, by the kind of volume. */
const objects: Partial<Record<string, { label: string; asked: SuggestionKind }>> = {
  claim: { label: "Claim", asked: "claims" },
  config_map: { label: "Config map", asked: "config_maps" },
  secret: { label: "Secret", asked: "secrets" },
  image: { label: "Image", asked: "images" },
};

const modes = [
  { value: "", label: "One node, read and write" },
  { value: "ReadWriteMany", label: "All nodes, read and write" },
  { value: "ReadOnlyMany", label: "All nodes, read only" },
  { value: "ReadWriteOncePod", label: "One pod" },
];

/** Files that outlive the container, or come from elsewhere. */
export function VolumesSection(section: SectionProps) {
  const { draft, change } = section;
  const rows = rowControls("volumes", draft.volumes, section, (volumes) => change({ volumes }));
  return (
    <Section title="Volumes">
      {draft.volumes.map((row, index) => (
        <VolumeCard key={row.row} number={index + 1} row={row} rows={rows} section={section} />
      ))}
      <Group gap="xs">
        <AddButton onClick={() => rows.add({ ...blankRows.volumes, row: 0 })}>Add volume</AddButton>
        {!draft.volumes.some((volume) => volume.mount_path === "/dev/shm") && (
          <AddButton
            onClick={() =>
              rows.add({
                ...blankRows.volumes,
                kind: "empty_dir",
                mount_path: "/dev/shm",
                medium: "Memory",
                size: "1Gi",
                row: 0,
              })
            }
          >
            Add shared memory
          </AddButton>
        )}
      </Group>
    </Section>
  );
}

type CardProps = { number: number; row: Volume; rows: RowControls<Volume>; section: SectionProps };

function VolumeCard({ number, row, rows, section }: CardProps) {
  const what = `volume ${number}`;
  const object = objects[row.kind];
  const isMade = row.kind === "new_claim" || row.kind === "ephemeral";
  const text = (field: TextPart, error = rows.problem(row, field)) => ({
    spellCheck: false,
    classNames: { input: classes.mono },
    value: row[field],
    error,
    onBlur: () => rows.onLeave(row, field),
  });
  const typed = (field: TextPart, error?: string) => ({
    ...text(field, error ?? rows.problem(row, field)),
    onChange: (event: { currentTarget: { value: string } }) =>
      rows.set(row, { [field]: event.currentTarget.value }),
  });
  // What is told of the volume as a whole, where it has no control of its own.
  const ofWhole = [
    !object && rows.problem(row, "object"),
    row.kind !== "new_claim" && rows.problem(row, "name"),
  ];
  const atPlace = [rows.problem(row, "mount_path"), ...ofWhole].filter(Boolean).join(" ");
  return (
    <div className={classes.card} role="group" aria-label={`Volume ${number}`}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" c="dimmed">
          Volume {number}
        </Text>
        <RemoveButton what={what} onClick={() => rows.remove(row)} />
      </Group>
      <SimpleGrid cols={2} spacing="xs" verticalSpacing="xs">
        <Select
          label="Kind"
          aria-label={`Kind of ${what}`}
          data={kinds}
          allowDeselect={false}
          value={row.kind}
          error={rows.problem(row, "kind")}
          onChange={(kind) => rows.set(row, { kind: kind ?? "claim", object: "" })}
        />
        <TextInput
          label="Place in the container"
          aria-label={`Place in the container of ${what}`}
          placeholder="/data"
          {...typed("mount_path", atPlace === "" ? undefined : atPlace)}
        />
        {object && (
          <ObjectField
            {...text("object")}
            {...object}
            what={what}
            place={section.place}
            onChange={(name) => rows.set(row, { object: name })}
          />
        )}
        {row.kind === "new_claim" && (
          <TextInput
            label="Name"
            aria-label={`Name of ${what}`}
            placeholder="from its place"
            {...typed("name")}
          />
        )}
        {(isMade || row.kind === "empty_dir") && (
          <TextInput
            label="Size"
            aria-label={`Size of ${what}`}
            placeholder={isMade ? "10Gi" : "no limit"}
            {...typed("size")}
          />
        )}
        {isMade && (
          <StorageClass
            {...text("storage_class")}
            what={what}
            place={section.place}
            onChange={(name) => rows.set(row, { storage_class: name })}
          />
        )}
        {row.kind === "new_claim" && (
          <Select
            label="Access"
            aria-label={`Access to ${what}`}
            data={modes}
            allowDeselect={false}
            value={row.access_mode === "ReadWriteOnce" ? "" : row.access_mode}
            error={rows.problem(row, "access_mode")}
            onChange={(mode) => rows.set(row, { access_mode: mode ?? "" })}
          />
        )}
        {row.kind === "empty_dir" && (
          <Select
            label="Medium"
            aria-label={`Medium of ${what}`}
            data={[
              { value: "", label: "the node's disk" },
              { value: "Memory", label: "memory" },
            ]}
            allowDeselect={false}
            value={row.medium}
            error={rows.problem(row, "medium")}
            onChange={(medium) => rows.set(row, { medium: medium ?? "" })}
          />
        )}
        <TextInput
          label="Sub-path"
          aria-label={`Sub-path of ${what}`}
          placeholder="the whole"
          {...typed("sub_path")}
        />
      </SimpleGrid>
      {row.kind === "new_claim" && (
        <Select
          label="When the run is deleted"
          aria-label={`When the run is deleted, ${what}`}
          data={[
            { value: "keep", label: "Keep the claim with its data" },
            { value: "delete", label: "Delete the claim with its data" },
          ]}
          allowDeselect={false}
          value={row.goes_with_run ? "delete" : "keep"}
          onChange={(choice) => rows.set(row, { goes_with_run: choice === "delete" })}
        />
      )}
      <Checkbox
        size="xs"
        label="Read only"
        aria-label={`Read only, ${what}`}
        checked={row.read_only}
        onChange={(event) => rows.set(row, { read_only: event.currentTarget.checked })}
      />
      {row.kind === "ephemeral" && (
        <Text size="xs" c="dimmed">
          Made for each attempt and deleted with it.
        </Text>
      )}
    </div>
  );
}

/** Fields of a volume that are one text. */
type TextPart = "name" | "mount_path" | "sub_path" | "object" | "size" | "storage_class";

type AskedProps = {
  what: string;
  place: SectionProps["place"];
  value: string;
  error: string | undefined;
  onChange: (name: string) => void;
  onBlur: () => void;
  classNames: { input: string | undefined };
};

function ObjectField({
  label,
  asked,
  what,
  place,
  ...control
}: AskedProps & { label: string; asked: SuggestionKind }) {
  const found = useSuggestions(asked, place);
  return (
    <div>
      <SuggestedInput
        {...control}
        label={label}
        aria-label={`${label} of ${what}`}
        suggestions={found.items}
        onAsk={found.ask}
      />
      <Notice>{found.notice}</Notice>
    </div>
  );
}

function StorageClass(props: AskedProps) {
  const { what, place, ...control } = props;
  const found = useSuggestions("storage_classes", place);
  return (
    <div>
      <SuggestedInput
        {...control}
        label="Storage class"
        aria-label={`Storage class of ${what}`}
        placeholder="the cluster's default"
        suggestions={found.items}
        onAsk={found.ask}
      />
      <Notice>{found.notice}</Notice>
    </div>
  );
}
