import { describe, expect, it } from "vitest";
import { chordOf } from "../src/shell/chord.ts";

const press = (key: string, held: Partial<Parameters<typeof chordOf>[0]> = {}) => ({
  key,
  code: "",
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe("keys as shortcuts name them", () => {
  it.each([
    ["Ctrl-K on Linux and Windows", press("k", { ctrlKey: true }), false, "mod+k"],
    ["Cmd-K on a Mac", press("k", { metaKey: true }), true, "mod+k"],
    ["Ctrl-K on a Mac is something else", press("k", { ctrlKey: true }), true, "ctrl+k"],
    ["Ctrl-Shift-O", press("O", { ctrlKey: true, shiftKey: true }), false, "mod+shift+o"],
    ["? however it is typed", press("?", { shiftKey: true }), false, "?"],
    ["? on a layout without Shift", press("?"), false, "?"],
    ["Shift-N", press("N", { shiftKey: true }), false, "shift+n"],
    ["Shift-Enter", press("Enter", { shiftKey: true }), false, "shift+enter"],
    ["Ctrl-K on a Russian keyboard", press("л", { ctrlKey: true, code: "KeyK" }), false, "mod+k"],
    ["an accented letter typed as such", press("é", { code: "Digit2" }), false, "é"],
    ["a bare modifier", press("Shift", { shiftKey: true }), false, null],
  ])("%s", (_, event, apple, chord) => {
    expect(chordOf(event, apple)).toBe(chord);
  });
});
