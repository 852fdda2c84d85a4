import { useEffect } from "react";
import { create } from "zustand";
import { chordOf } from "./chord.ts";
import { useCommands } from "./commands.ts";

const singleKeysKey = "mindmesh.single-keys";
const sequenceMilliseconds = 1200;

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

function isTyping(target: EventTarget | null) {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Keys that write nothing wherever they are hit: function keys, and turning pages with Alt. */
const isSilent = (chord: string) => /^(?:alt\+)?(?:shift\+)?f\d+$|^alt\+(?:shift\+)?page(?:up|down)$/.test(chord);

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
      if (!withMod && !isSilent(chord) && (isTyping(event.target) || !useSingleKeys.getState().on)) return;
      const covered = document.querySelector(windowAbove) !== null;
      const sequence = begun && event.timeStamp - begunAt < sequenceMilliseconds ? `${begun} ${chord}` : chord;
      begun = "";
      const usable = useCommands
        .getState()
        .commands.filter((command) => command.shortcut && !command.passive && (command.always || !covered));
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
