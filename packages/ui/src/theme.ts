import { useSyncExternalStore } from "react";

export type ThemeChoice = "system" | "light" | "dark";

/** The page's first script (theme-start.js) reads the same key before anything is drawn. */
const storageKey = "mindmesh.theme";
const listeners = new Set<() => void>();

/** What the person chose on this device; "system" when they chose nothing or storage is closed to us. */
export function readThemeChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(storageKey);
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    return "system";
  }
}

function applyThemeChoice(choice: ThemeChoice) {
  if (choice === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = choice;
  const canvas = getComputedStyle(document.body).backgroundColor;
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) meta.setAttribute("content", canvas);
}

export function setThemeChoice(choice: ThemeChoice) {
  try {
    if (choice === "system") localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, choice);
  } catch {
    // Private windows may refuse storage; the choice then lasts as long as the page.
  }
  applyThemeChoice(choice);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  const fromOtherTab = (event: StorageEvent) => {
    if (event.key !== storageKey) return;
    applyThemeChoice(readThemeChoice());
    listener();
  };
  listeners.add(listener);
  window.addEventListener("storage", fromOtherTab);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", fromOtherTab);
  };
}

/** The choice, kept the same in every tab, and the way to change it. */
export function useTheme() {
  const choice = useSyncExternalStore(subscribe, readThemeChoice, () => "system" as const);
  return [choice, setThemeChoice] as const;
}
