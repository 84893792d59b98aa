import { Component, type ComponentType, type ReactNode } from "react";

import type { Preview } from "@/ipc";

import type { SectionProps } from "./NewRun";
import type { Field } from "./problems";

type Props = SectionProps & {
  /** The section. */
  of: ComponentType<SectionProps & { preview: Preview | undefined }>;
  preview?: Preview | undefined;
};

/**
 * A section of the form, drawn again only where something that it read has changed: the form has a hundred controls, and
 * a key typed into one of them concerns few others. What a section reads, while drawn or in an event, is noted here.
 */
export class Part extends Component<Props> {
  readonly #parts = new Set<PropertyKey>();
  readonly #fields = new Set<Field>();

  override shouldComponentUpdate(next: Props): boolean {
    const now = this.props;
    return (
      next.of !== now.of ||
      next.place !== now.place ||
      next.preview !== now.preview ||
      [...this.#parts].some((part) => Reflect.get(next.draft, part) !== Reflect.get(now.draft, part)) ||
      [...this.#fields].some((field) => next.problem(field) !== now.problem(field))
    );
  }

  override render(): ReactNode {
    const { of: Shown, ...section } = this.props;
    // A new one each time, for what is worked out from the draft as a whole. It answers with what is true now, not
    // when the section was drawn: an event may read a part that the section does not show.
    const watched = new Proxy(
      { ...section.draft },
      {
        get: (_, part): unknown => {
          this.#parts.add(part);
          return Reflect.get(this.props.draft, part);
        },
      },
    );
    return <Shown {...section} preview={section.preview} draft={watched} problem={this.#problem} />;
  }

  readonly #problem = (field: Field) => {
    this.#fields.add(field);
    return this.props.problem(field);
  };
}
