import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

type Color = { red: number; green: number; blue: number; alpha: number };

/** OKLCH to linear-light sRGB, clipped to what a screen shows. Matrices: https://bottosson.github.io/posts/oklab/ */
function parseOklch(text: string): Color {
  const [lightness = 0, chroma = 0, hue = 0, alpha = 1] = text.match(/[\d.]+/g)?.map(Number) ?? [];
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (value: number) => Math.min(1, Math.max(0, value));
  return {
    red: clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    green: clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    blue: clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
    alpha,
  };
}

const encode = (value: number) => (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
const decode = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

/** Browsers lay translucent colours over others in encoded sRGB. */
function over(top: Color, bottom: Color): Color {
  const mix = (a: number, b: number) => decode(encode(a) * top.alpha + encode(b) * (1 - top.alpha));
  return {
    red: mix(top.red, bottom.red),
    green: mix(top.green, bottom.green),
    blue: mix(top.blue, bottom.blue),
    alpha: 1,
  };
}

/** WCAG 2.2 contrast ratio, 1 to 21. */
function contrast(first: Color, second: Color) {
  const luminance = ({ red, green, blue }: Color) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const [dark, light] = [luminance(first), luminance(second)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const css = readFileSync(new URL("../src/tokens.css", import.meta.url), "utf8");
const themes = { light: new Map<string, Color>(), dark: new Map<string, Color>() };
for (const [, name = "", light = "", dark = ""] of css.matchAll(
  /--color-([a-z-]+):\s*light-dark\((oklch\([^)]+\)),\s*(oklch\([^)]+\))\)/g,
)) {
  themes.light.set(name, parseOklch(light));
  themes.dark.set(name, parseOklch(dark));
}

const surfaces = ["sunken", "panel", "canvas", "raised"];
const softs = ["accent-soft", "danger-soft", "warning-soft", "success-soft"];

describe.each(["light", "dark"] as const)("the %s theme", (theme) => {
  const color = (name: string) => {
    const found = themes[theme].get(name);
    if (!found) throw new Error(`no token ${name}`);
    return found;
  };

  /** The pairs of text and ground whose contrast is below `least`; a ground is "surface" or "surface wash". */
  const tooFaint = (pairs: string[][], least: number) =>
    pairs.filter(([text = "", ground = ""]) => {
      const [surface = "", wash] = ground.split(" ");
      return contrast(color(text), wash ? over(color(wash), color(surface)) : color(surface)) < least;
    });

  it("writes legibly on every surface, also under the pointer and when selected", () => {
    const texts = ["ink", "muted", "faint", "accent-ink", "danger-ink", "warning-ink", "success-ink"];
    // Nothing selected or hovered stands on the sunken surface.
    const washed = surfaces.slice(1).flatMap((surface) => [`${surface} hover`, `${surface} selected`]);
    const pairs = texts.flatMap((text) => [...surfaces, ...washed].map((ground) => [text, ground]));
    expect(pairs.length).toBe(70);
    expect(tooFaint(pairs, 4.5)).toEqual([]);
  });

  it("writes ink on every tinted ground, and each tint's own text on it", () => {
    const pairs = softs.flatMap((soft) => [
      ["ink", soft],
      [soft.replace("soft", "ink"), soft],
    ]);
    expect(tooFaint([...pairs, ["ink", "mark"]], 4.5)).toEqual([]);
  });

  it("writes legibly on filled buttons", () => {
    const fills = ["accent", "danger"].flatMap((fill) => [
      [`on-${fill}`, fill],
      [`on-${fill}`, `${fill}-hover`],
    ]);
    expect(tooFaint(fills, 4.5)).toEqual([]);
  });

  it("shows outlines of controls, fills and the focus ring at 3:1", () => {
    const marks = ["line-control", "focus", "accent", "danger"];
    const pairs = marks.flatMap((mark) => surfaces.slice(1).map((surface) => [mark, surface]));
    expect(tooFaint(pairs, 3)).toEqual([]);
  });
});
