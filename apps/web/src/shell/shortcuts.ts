import { useEffect } from "react";
import { create } from "zustand";
import { useCommands } from "./commands.ts";

const singleKeysKey = "mindmesh.single-keys";
const sequenceMilliseconds = 1200;
const isApple = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

function readSingleKeys() {
  try {
    return localStorage.getItem(singleKeysKey) !== "off";
  } catch {
    return true;
  }
}

/** Whether keys without Ctrl or Cmd do something. People who dictate or hit keys by accident need a way to stop that. */
export const useSingleKeys = create<{ on: boolean }>()(() => ({ on: readSingleKeys() }));

export function setSingleKeys(on: boolean) {
  useSingleKeys.setState({ on });
  try {
    localStorage.setItem(singleKeysKey, on ? "on" : "off");
  } catch {
    // Lasts as long as the page, then.
  }
}

type Pressed = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/**
 * The chord of a key press as shortcuts write it, such as "mod+shift+k"; null for a bare modifier.
 * On layouts without Latin letters the key's place counts, so that Ctrl-K works on a Greek or Russian keyboard.
 */
export function chordOf(event: Pressed, apple = isApple) {
  let key = event.key.toLowerCase();
  if (["control", "meta", "alt", "shift", "dead", "altgraph"].includes(key)) return null;
  if (key === " ") key = "space";
  if (key.length === 1 && key > "\u007f" && /^Key[A-Z]$/.test(event.code)) key = event.code.slice(3).toLowerCase();
  const mod = apple ? event.metaKey : event.ctrlKey;
  const parts = [];
  if (mod) parts.push("mod");
  if (apple && event.ctrlKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  // Shift is how "?" is typed, but what tells "shift+n" from "n".
  if (event.shiftKey && (key.length > 1 || /[a-z]/.test(key) || mod)) parts.push("shift");
  return [...parts, key].join("+");
}

function isTyping(target: EventTarget | null) {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

const windowAbove =
  '[role="dialog"][data-state="open"],[role="alertdialog"][data-state="open"],[role="menu"][data-state="open"]';

/** Runs the commands' keys. Used once, by the root of the page. */
export function useShortcutKeys() {
  useEffect(() => {
    let begun = "";
    let begunAt = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return;
      const chord = chordOf(event);
      if (!chord) return;
      const withMod = chord.startsWith("mod+");
      if (!withMod && (isTyping(event.target) || !useSingleKeys.getState().on)) return;
      const covered = document.querySelector(windowAbove) !== null;
      const sequence = begun && event.timeStamp - begunAt < sequenceMilliseconds ? `${begun} ${chord}` : chord;
      begun = "";
      const usable = useCommands
        .getState()
        .commands.filter((command) => command.shortcut && (command.always || !covered));
      const hit = usable.findLast((command) => command.shortcut === sequence || command.shortcut === chord);
      if (hit) {
        event.preventDefault();
        hit.run();
      } else if (usable.some((command) => command.shortcut?.startsWith(`${sequence} `))) {
        begun = sequence;
        begunAt = event.timeStamp;
      }
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}
