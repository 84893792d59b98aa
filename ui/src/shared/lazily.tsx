import { use, type ComponentType, type FunctionComponent } from "react";

/** Begins to load a part, or tells that it is loaded already. */
type Load = () => Promise<unknown>;

const parts: Load[] = [];

/**
 * A part of the page in a file of its own, which the first screen does not wait for. It is loaded when it is first drawn,
 * or by `loadParts` before; until then what is around it waits (`Suspense`). Once loaded it is drawn at once.
 */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): FunctionComponent<P> {
  let loading: Promise<ComponentType<P>> | undefined;
  const start = () => {
    if (loading) return loading;
    const part = load();
    // What React notes of a promise that it has waited for: one that is kept already is not waited for at all.
    const keep = (value: ComponentType<P>) => Object.assign(part, { status: "fulfilled", value });
    part.then(keep, () => undefined);
    return (loading = part);
  };
  parts.push(start);
  return function Lazily(props: P) {
    const Part = use(start());
    return <Part {...props} />;
  };
}

/** Loads what no screen asked for yet, so that the first way to each screen is as quick as the second. */
export async function loadParts(): Promise<void> {
  for (const start of parts) await start();
}
