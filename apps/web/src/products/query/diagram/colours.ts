import { useTheme } from "@mindmesh/ui";
import { useMemo, useSyncExternalStore } from "react";

/** The tokens that pictures are drawn with. */
const tokens = {
  canvas: "--color-canvas",
  raised: "--color-raised",
  panel: "--color-panel",
  line: "--color-line-strong",
  ink: "--color-ink",
  muted: "--color-muted",
  faint: "--color-faint",
  accent: "--color-accent",
  accentInk: "--color-accent-ink",
  accentSoft: "--color-accent-soft",
  warningInk: "--color-warning-ink",
} as const;

export type Colours = Record<keyof typeof tokens, string>;

/** What the tokens are now, in this theme, as colours that a canvas and other programs understand: `rgb()` or hexadecimal. */
export function readColours(): Colours {
  const probe = document.createElement("span");
  // Where people ask for less motion, every change of colour is a very short transition, which would be read at its beginning.
  probe.style.transition = "none";
  document.body.append(probe);
  const pixel = document.createElement("canvas");
  pixel.width = 1;
  pixel.height = 1;
  const context = pixel.getContext("2d", { willReadFrequently: true });
  const read = (token: string) => {
    probe.style.color = `var(${token})`;
    const { color } = getComputedStyle(probe);
    if (!context) return color;
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 255] = context.getImageData(0, 0, 1, 1).data;
    return `rgba(${red}, ${green}, ${blue}, ${(alpha / 255).toFixed(3)})`;
  };
  const colours = Object.fromEntries(Object.entries(tokens).map(([name, token]) => [name, read(token)])) as Colours;
  probe.remove();
  return colours;
}

const darkSystem = () => window.matchMedia("(prefers-color-scheme: dark)");

function onSystemTheme(changed: () => void) {
  const query = darkSystem();
  query.addEventListener("change", changed);
  return () => query.removeEventListener("change", changed);
}

/** The same for a component, anew whenever the theme is another one. */
export function useColours(): Colours {
  const [choice] = useTheme();
  const dark = useSyncExternalStore(onSystemTheme, () => darkSystem().matches);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- what the tokens say depends on both
  return useMemo(readColours, [choice, dark]);
}
