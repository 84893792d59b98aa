import { useDebouncedCallback } from "@mantine/hooks";
import { useCallback, useRef, useState } from "react";

import { partOf, type Field } from "./problems";

/** How long a field is typed into without being judged, in milliseconds. */
const PAUSE = 700;

/**
 * Decides at which fields problems are told: where the person paused, where they left, and everywhere once they tried.
 * `before` are the parts of the draft that were typed in before the form was shown.
 */
export function useJudged(before: readonly string[]): {
  /** Whether anything is told. */
  isJudging: boolean;
  /** Whether the form was to be run, saved or checked. */
  wasTried: boolean;
  isTold: (field: Field) => boolean;
  /** Parts of the draft were typed into. */
  onType: (parts: readonly string[]) => void;
  /** A field was left. */
  onLeave: (field: Field) => void;
  /** The form was to be run, saved or checked. */
  onTry: () => void;
  reset: () => void;
} {
  const [places, setPlaces] = useState<ReadonlySet<string>>(() => new Set(before));
  const [wasTried, setTried] = useState(false);
  const judge = useCallback((found: readonly string[]) => {
    setPlaces((known) => (found.every((place) => known.has(place)) ? known : new Set([...known, ...found])));
  }, []);
  const typed = useRef<string[]>([]);
  const judgeTyped = useDebouncedCallback(() => judge(typed.current.splice(0)), PAUSE);
  const onType = useCallback(
    (parts: readonly string[]) => {
      typed.current.push(...parts);
      judgeTyped();
    },
    [judgeTyped],
  );
  const isJudging = wasTried || places.size > 0;
  return {
    isJudging,
    wasTried,
    isTold: (field) =>
      wasTried ||
      places.has(field) ||
      places.has(partOf(field)) ||
      // The place is no field of the form: what is wrong with it is told with anything else.
      (field === "place" && isJudging),
    onType,
    onLeave: (field) => judge([field]),
    onTry: () => setTried(true),
    reset: () => {
      setPlaces(new Set());
      setTried(false);
    },
  };
}
