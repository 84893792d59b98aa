import { Button, Input } from "@mantine/core";
import { lazy, Suspense, useId, type DragEvent } from "react";

import classes from "./codeField.module.css";
import type { Grammar } from "./language";

/** Loaded when a form is first shown: the start of the window does not wait for it. */
const CodeEditor = lazy(async () => ({ default: (await import("./CodeEditor")).CodeEditor }));

type Props = {
  label: string;
  description: string;
  value: string;
  grammar: Grammar | null;
  error: string | undefined;
  onChange: (value: string) => void;
  onLeave: () => void;
  /** Endings of the files that may be chosen; any where not said. */
  accept?: string;
  /** A file was chosen, or dropped on it. */
  onFile: (file: File) => void;
};

/** A field for code: coloured by its language, takes a dropped file. */
export function CodeField({
  label,
  description,
  value,
  grammar,
  error,
  accept,
  onChange,
  onLeave,
  onFile,
}: Props) {
  const id = useId();
  const ids = { label: `${id}-label`, description: `${id}-description`, error: `${id}-error` };
  return (
    <div>
      <Input.Wrapper
        label={label}
        labelElement="div"
        labelProps={{ id: ids.label }}
        description={`${description} Tab indents; Escape, then Tab, leaves the field.`}
        descriptionProps={{ id: ids.description }}
        error={error}
        errorProps={{ id: ids.error }}
      >
        <div
          className={classes.frame}
          data-invalid={error !== undefined || undefined}
          onDragOver={(event: DragEvent) => event.preventDefault()}
          // Before the editor, which would put the file's text where it was dropped.
          onDropCapture={(event: DragEvent) => {
            const file = event.dataTransfer.files[0];
            if (!file) return;
            event.preventDefault();
            event.stopPropagation();
            onFile(file);
          }}
        >
          <Suspense fallback={<div className={classes.waiting} />}>
            <CodeEditor
              value={value}
              grammar={grammar}
              labelledBy={ids.label}
              describedBy={error === undefined ? ids.description : `${ids.error} ${ids.description}`}
              isInvalid={error !== undefined}
              onChange={onChange}
              onLeave={onLeave}
            />
          </Suspense>
        </div>
      </Input.Wrapper>
      <Button size="compact-sm" variant="default" component="label" mt={8}>
        From a file…
        <input
          type="file"
          hidden
          accept={accept}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) onFile(file);
            // The same file again, once it was changed, is a choice too.
            event.currentTarget.value = "";
          }}
        />
      </Button>
    </div>
  );
}
