import { Anchor, Button, Combobox, Text, useCombobox } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import type { ProjectView } from "@/ipc";
import { asIpcError } from "@/ipc";
import { Icon } from "@/shared/Icon";

import { projectListOptions, useCreateProject, useProject } from "./api";
import classes from "./projects.module.css";

/** The choice that makes a project of what was typed; no project has such a name. */
const MAKE = "+";

/** Which project is shown; another is chosen or made by typing its name. */
export function ProjectSwitcher({ onProject }: { onProject: (project: ProjectView) => void }) {
  const projects = useQuery(projectListOptions());
  const chosen = useProject();
  const create = useCreateProject();
  const [typed, setTyped] = useState("");
  const combobox = useCombobox({
    onDropdownOpen: () => {
      void projects.refetch();
      combobox.focusSearchInput();
    },
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      combobox.focusTarget();
      setTyped("");
      create.reset();
    },
  });
  const wanted = typed.trim();
  const found = (projects.data ?? []).filter((project) => project.name.includes(wanted.toLowerCase()));
  const canMake = wanted !== "" && !(projects.data ?? []).some((project) => project.name === wanted);
  const choose = (project: ProjectView) => {
    combobox.closeDropdown();
    onProject(project);
  };
  const submit = (name: string) => {
    if (name === MAKE) create.mutate(wanted, { onSuccess: choose });
    else {
      const project = found.find((each) => each.name === name);
      if (project) choose(project);
    }
  };
  return (
    <Combobox store={combobox} width={320} position="bottom-start" onOptionSubmit={submit}>
      <Combobox.Target targetType="button" withExpandedAttribute>
        <Button
          size="xs"
          variant="default"
          className={classes.switch}
          aria-label={`Project: ${chosen}`}
          rightSection={<Icon name="chevron" size={12} />}
          onClick={() => combobox.toggleDropdown()}
        >
          <span className={classes.label}>project:&nbsp;</span>
          <span className={classes.name}>{chosen}</span>
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          size="xs"
          aria-label="Find or name a project"
          placeholder="Find, or name a new one"
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            create.reset();
            combobox.updateSelectedOptionIndex();
          }}
        />
        {create.error && (
          <Text size="xs" c="red" px="xs" py={4} role="alert">
            {asIpcError(create.error).message}
          </Text>
        )}
        <Combobox.Options className={classes.options} aria-label="Projects">
          {found.map((project) => (
            <Combobox.Option key={project.name} value={project.name} active={project.name === chosen}>
              {project.name}
              <Text size="xs" c="dimmed">
                {[project.description, place(project)].filter(Boolean).join(" · ")}
              </Text>
            </Combobox.Option>
          ))}
          {canMake && (
            <Combobox.Option value={MAKE}>
              <Icon name="plus" size={12} /> Make project “{wanted}”
            </Combobox.Option>
          )}
        </Combobox.Options>
        <Combobox.Footer>
          <Anchor
            size="xs"
            underline="always"
            renderRoot={(props) => <Link to="/settings" {...props} />}
            onClick={() => combobox.closeDropdown()}
          >
            Export, import and delete in Settings
          </Anchor>
        </Combobox.Footer>
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** Where the runs of a project go when nothing else is said. */
function place({ target }: ProjectView): string | null {
  return target && [target.context, target.namespace].filter(Boolean).join(" / ");
}
