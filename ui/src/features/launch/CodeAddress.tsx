import { Anchor, Checkbox, Select, SimpleGrid, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { secretListOptions } from "@/features/secrets";

import { signInOf, signIns, variable, withSignIn, withVariable } from "./codeAccess";
import { TypedField } from "./fields";
import classes from "./launch.module.css";
import type { SectionProps } from "./NewRun";

/** Where code lies that is not typed: its address, which part of it, and how to get in. */
export function CodeAddress(section: SectionProps) {
  switch (section.draft.code_from) {
    case "text":
      // Code of a function's file has a path of its own.
      return section.draft.address === "" || section.draft.address.includes("://") ? null : (
        <TypedField
          section={section}
          name="address"
          label="Its path"
          description="Where it was read from; the container finds it under /shared."
        />
      );
    case "local":
      return (
        <TypedField
          section={section}
          name="address"
          label="File or folder"
          required
          description="From your own folder, or from / on. It is read when you check, save or launch, and stays with the run: a file as it is, a folder or .zip unpacked under /shared, 900 KiB at most. .git, .venv and the like are left out."
          placeholder="projects/train"
          alsoWrong="code"
        />
      );
    case "git":
      return <Git {...section} />;
    case "http":
      return (
        <>
          <TypedField
            section={section}
            name="address"
            label="Address"
            required
            description="Fetched into /shared before the program starts, by anybody: give no address with a password in it."
            placeholder="https://example.org/train.py"
          />
          <Archive {...section} />
        </>
      );
    case "s3":
      return <Bucket {...section} />;
    default:
      return null;
  }
}

function Git(section: SectionProps) {
  const { draft, change } = section;
  // An address is often copied with its branch.
  const split = () => {
    const [address = "", reference = ""] = draft.address.split("#");
    if (reference !== "" && draft.reference === "") change({ address, reference });
  };
  return (
    <>
      <TypedField
        section={section}
        name="address"
        label="Repository"
        required
        description="Fetched into /shared before the program starts, with its submodules."
        placeholder="https://github.com/owner/repository"
        onLeft={split}
      />
      <SimpleGrid cols={2} spacing="sm">
        <TypedField
          section={section}
          name="reference"
          label="Branch, tag or commit"
          placeholder="its default branch"
        />
        <SignIn {...section} ways={signIns.git} />
      </SimpleGrid>
      <Missing {...section} ways={signIns.git} />
    </>
  );
}

function Bucket(section: SectionProps) {
  const { draft, change } = section;
  return (
    <>
      <TypedField
        section={section}
        name="address"
        label="Object or folder"
        required
        description="Fetched into /shared before the program starts; a folder ends with /."
        placeholder="s3://bucket/train/"
      />
      <Archive {...section} />
      <SimpleGrid cols={2} spacing="sm">
        <TextInput
          label="Store"
          placeholder="https://s3.amazonaws.com"
          classNames={{ input: classes.mono }}
          spellCheck={false}
          value={variable(draft, "AWS_ENDPOINT_URL")}
          onChange={(event) =>
            change({ envs: withVariable(draft.envs, "AWS_ENDPOINT_URL", event.currentTarget.value.trim()) })
          }
        />
        <SignIn {...section} ways={signIns.s3} />
      </SimpleGrid>
      <Missing {...section} ways={signIns.s3} />
    </>
  );
}

function Archive({ draft, change }: SectionProps) {
  return (
    <Checkbox
      size="sm"
      label="It is a zip archive: unpack it"
      checked={draft.is_archive}
      onChange={(event) => change({ is_archive: event.currentTarget.checked })}
    />
  );
}

type Ways = SectionProps & { ways: (typeof signIns)[keyof typeof signIns] };

function SignIn({ ways, draft, change }: Ways) {
  return (
    <Select
      label="Signs in"
      allowDeselect={false}
      data={ways.map(({ value, label }) => ({ value, label }))}
      value={signInOf(ways, draft.secrets)?.value ?? ""}
      onChange={(value) => change({ secrets: withSignIn(ways, draft.secrets, value ?? "") })}
    />
  );
}

/** Which secrets a sign-in uses, and which of them have no value yet. */
function Missing({ ways, draft, place }: Ways) {
  const known = useQuery(secretListOptions(place.project));
  const used = signInOf(ways, draft.secrets)?.secrets ?? [];
  if (used.length === 0) return null;
  const missing = known.data ? used.filter((name) => !known.data.some((secret) => secret.name === name)) : [];
  return (
    <Text size="xs" c="dimmed">
      The run gets {used.length === 1 ? "the secret" : "the secrets"} {used.join(", ")}.{" "}
      {missing.length > 0 && (
        <>
          {missing.join(", ")} {missing.length === 1 ? "has" : "have"} no value in this project yet: set it in{" "}
          <Anchor inherit underline="always" renderRoot={(props) => <Link to="/secrets" {...props} />}>
            Secrets
          </Anchor>
          .
        </>
      )}
    </Text>
  );
}
