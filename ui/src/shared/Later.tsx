import { startTransition, Suspense, useEffect, useState, type ReactNode } from "react";

/** Resolves once the page was drawn and painted: from then on nothing waits. */
let painted: Promise<void> | undefined;
let isPainted = false;

/**
 * What can come after what a start shows first: drawn once that was painted, since controls that nobody uses in the first
 * moment take as long to make as all the rest. `instead` keeps its place.
 */
export function Later({ instead, children }: { instead?: ReactNode; children: ReactNode }) {
  return useIsLater() ? <Suspense fallback={instead}>{children}</Suspense> : instead;
}

/** Whether what a start shows first was painted. */
export function useIsLater(): boolean {
  const [isLater, setLater] = useState(isPainted);
  useEffect(() => {
    if (isLater) return;
    void whenPainted().then(() => startTransition(() => setLater(true)));
  }, [isLater]);
  return isLater;
}

/** One promise for all that wait: they are drawn together. */
function whenPainted(): Promise<void> {
  return (painted ??= new Promise((resolve) => {
    requestAnimationFrame(() =>
      setTimeout(() => {
        isPainted = true;
        resolve();
      }),
    );
  }));
}
