import type { SVGProps } from "react";

const shapes = {
  runs: <path d="M5 3.5v9l7-4.5z" />,
  plus: <path d="M8 3v10M3 8h10" />,
  settings: (
    <>
      <path d="M2 4.5h7M12.5 4.5H14M2 11.5h1.5M7 11.5h7" />
      <circle cx="10.75" cy="4.5" r="1.75" />
      <circle cx="5.25" cy="11.5" r="1.75" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.25" />
      <path d="m10.5 10.5 3 3" />
    </>
  ),
  back: <path d="M9.5 3.5 5 8l4.5 4.5" />,
  chevron: <path d="m4 6 4 4 4-4" />,
  lock: (
    <>
      <rect x="3.5" y="7" width="9" height="6.5" rx="1" />
      <path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2" />
    </>
  ),
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  down: <path d="M8 3v9M4 8.5 8 12.5l4-4" />,
  up: <path d="M8 13V4M4 7.5 8 3.5l4 4" />,
  functions: <path d="M10.5 3.5c-2-1-3 .2-3.2 2L6.4 12c-.2 1.6-1.2 2.4-2.9 1.6M4.5 7h6" />,
  services: <path d="M2.5 5.5h10M10 3l2.5 2.5L10 8M13.5 10.5h-10M6 8l-2.5 2.5L6 13" />,
  profiles: (
    <>
      <rect x="2.5" y="3" width="11" height="10" rx="1" />
      <path d="M5 6.5h2.5M5 9.5h2.5M10 6.5h1M10 9.5h1" />
    </>
  ),
  secrets: (
    <>
      <circle cx="5" cy="8" r="2.75" />
      <path d="M7.75 8H14v2.5M11.25 8v2" />
    </>
  ),
  more: (
    <>
      <circle cx="3.5" cy="8" r="0.6" />
      <circle cx="8" cy="8" r="0.6" />
      <circle cx="12.5" cy="8" r="0.6" />
    </>
  ),
  box: (
    <>
      <path d="M2.5 5 8 2.5 13.5 5v6L8 13.5 2.5 11z" />
      <path d="M2.5 5 8 7.5 13.5 5M8 7.5v6" />
    </>
  ),
} as const;

export type IconName = keyof typeof shapes;

type Props = SVGProps<SVGSVGElement> & { name: IconName; size?: number };

/** A small line drawing; decoration beside words, so hidden from readers of the screen. */
export function Icon({ name, ...rest }: Props) {
  return <LineDrawing {...rest}>{shapes[name]}</LineDrawing>;
}

/** The frame of all line drawings: 16 units wide and high, drawn in the colour of the words beside it. */
export function LineDrawing({ size = 16, children, ...rest }: SVGProps<SVGSVGElement> & { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      {...rest}
    >
      {children}
    </svg>
  );
}
