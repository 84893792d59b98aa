import { use, type ComponentType, type FunctionComponent } from "react";

/** Begins to load a part, or tells that it is loaded already. */
type Load = () => Promise<unknown>;

const parts: Load[] = [];

/**
 * A part of the page in a file of its own, which the first screen does not wait for. It is loaded when it is first drawn,
 * or by `loadParts` before; until then what is around it waits (`Suspense`). Once loaded it is drawn at once.
 */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): FunctionComponent<P> {
  let Part: ComponentType<P> | undefined;
  let loading: Promise<unknown> | undefined;
  const start = () => (loading ??= load().then((part) => (Part = part)));
  parts.push(start);
  return function Lazily(props: P) {
    if (Part === undefined) use(start());
    return Part && <Part {...props} />;
  };
}

/** Loads what no screen asked for yet, so that the first way to each screen is as quick as the second. */
export async function loadParts(): Promise<void> {
  for (const start of parts) await start();
}
