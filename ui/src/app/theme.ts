import { Alert, createTheme } from "@mantine/core";

/** What an alert says by its colour, in the colours of states. */
const tones: Record<string, string> = {
  red: "var(--state-red)",
  yellow: "var(--state-amber)",
  gray: "var(--state-grey)",
};

/**
 * The fonts of the system. On Linux the person's own are those without a name; a search for others in each size would
 * hold up the first drawing.
 */
const fonts = navigator.userAgent.includes("Linux")
  ? { fontFamily: "sans-serif", fontFamilyMonospace: "monospace" }
  : {
      fontFamily: 'system-ui, "Segoe UI", Roboto, sans-serif',
      fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
    };

/** One accent; the colours of states are in style.css. */
export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 8 },
  ...fonts,
  headings: { fontWeight: "600" },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // By name alone: the first screen has neither, and does not load them.
    Modal: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Drawer: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Alert: Alert.extend({
      defaultProps: { p: "sm" },
      vars: (_, props) => {
        const tone = tones[props.color ?? ""] ?? "var(--state-blue)";
        return {
          root: {
            "--alert-bg": `color-mix(in srgb, ${tone} 9%, var(--mantine-color-body))`,
            "--alert-bd": `1px solid color-mix(in srgb, ${tone} 35%, transparent)`,
            "--alert-color": tone,
          },
        };
      },
    }),
  },
});
