import { Group, Title } from "@mantine/core";

import { Copy } from "@/shared/Copy";
import { Empty } from "@/shared/Empty";
import { plural } from "@/shared/format";
import { Loaded } from "@/shared/Loaded";
import { readable } from "@/shared/yaml";

import classes from "./launch.module.css";
import type { Difference } from "./origin";
import type { PreviewQuery } from "./usePreview";

type Props = {
  preview: PreviewQuery;
  problems: number;
  hasImage: boolean;
  /** What is said otherwise than in the run or function that the form was filled from. */
  changed: readonly Difference[];
};

/** The objects as they would be made: live, to read. */
export function PreviewPane({ preview, problems, hasImage, changed }: Props) {
  return (
    <aside className={classes.preview} aria-label="What will be created">
      <Group justify="space-between" className={classes.previewHead}>
        <Title order={2} size="h5">
          What will be created
        </Title>
        {preview.data?.yaml && <Copy text={preview.data.yaml} label="Copy YAML" />}
      </Group>
      {changed.length > 0 && (
        <section aria-label="Changed" className={classes.changed}>
          <Title order={3} size="h6">
            Changed from the original
          </Title>
          <dl>
            {changed.map((each) => (
              <div key={each.field}>
                <dt>{each.field}</dt>
                <dd>
                  <del>{short(each.before)}</del> → <ins>{short(each.after)}</ins>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {!hasImage ? (
        <Empty>Say which image to run; its objects appear here as you type.</Empty>
      ) : (
        <Loaded query={preview} what="what will be created" rows={8}>
          {({ yaml }) =>
            yaml === null ? (
              <Empty>
                {problems > 0
                  ? `${plural(problems, "field needs", "fields need")} a look before this can run.`
                  : "There is nothing to show yet."}
              </Empty>
            ) : (
              <pre
                className={classes.yaml}
                tabIndex={0}
                role="group"
                aria-label="The objects as YAML"
                aria-busy={preview.isBehind}
              >
                {readable(yaml)}
              </pre>
            )
          }
        </Loaded>
      )}
    </aside>
  );
}

/** A value for a line of its own. */
function short(value: string): string {
  if (value === "") return "not given";
  const line = value.split("\n")[0] ?? "";
  return line.length < value.length || line.length > 120 ? `${line.slice(0, 120)}…` : line;
}
