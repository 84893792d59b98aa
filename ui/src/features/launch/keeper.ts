/** Keeps what is typed: soon, but not with every key; the newest last. */
type Keeper<T> = {
  /** Takes what is to be kept after a short pause, in place of what was taken before. */
  keep: (value: T) => void;
  /** Keeps at once what still waits. */
  flush: () => void;
};

/** Makes a keeper; `save` must save in the order of its calls. `pause` in milliseconds is the most that a crash takes. */
export function makeKeeper<T>(save: (value: T) => void, pause: number): Keeper<T> {
  let waiting: { value: T } | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const taken = waiting;
    waiting = null;
    if (taken) save(taken.value);
  };
  return {
    keep: (value) => {
      waiting = { value };
      // Not put off by further typing: who types without a pause loses no more than who pauses.
      timer ??= setTimeout(flush, pause);
    },
    flush,
  };
}
