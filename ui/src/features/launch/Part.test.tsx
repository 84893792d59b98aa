import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { emptyDraft, type Draft } from "./draft";
import type { SectionProps } from "./NewRun";
import { Part } from "./Part";

const place = { context: "here", namespace: "default", project: "default" };
const drawn = vi.fn();
const told = vi.fn();

/** Shows the name and what is wrong with it; reads the arguments in an event alone. */
function Section({ draft, problem }: SectionProps) {
  drawn();
  return (
    <button onClick={() => told(draft.args)}>
      {draft.name} {problem("name")}
    </button>
  );
}

function part(draft: Partial<Draft>, problems: Partial<Record<string, string>> = {}) {
  return (
    <Part
      of={Section}
      draft={{ ...emptyDraft, ...draft }}
      place={place}
      change={told}
      onLeave={told}
      problem={(field) => problems[field]}
    />
  );
}

test("a section is drawn again for what it shows, and an event of it sees what is true now", async () => {
  const user = userEvent.setup();
  const { rerender } = render(part({ name: "a" }));
  rerender(part({ name: "a", image: "python" }, { image: "no image" }));
  expect(drawn).toHaveBeenCalledTimes(1);

  rerender(part({ name: "b", args: "--fast" }));
  expect(drawn).toHaveBeenCalledTimes(2);
  rerender(part({ name: "b", args: "--slow" }));
  expect(drawn).toHaveBeenCalledTimes(2);
  await user.click(screen.getByRole("button", { name: "b" }));
  expect(told).toHaveBeenLastCalledWith("--slow");

  rerender(part({ name: "b", args: "--slow" }, { name: "is taken" }));
  expect(screen.getByRole("button", { name: "b is taken" })).toBeVisible();
});
