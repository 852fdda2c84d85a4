import { useEffect, useState } from "react";

/**
 * The module behind `load` once it has arrived, null before. Fetching starts when `wanted` is first true.
 * Unlike React.lazy a failed fetch (offline, mid-deploy) does not break the page: it is reported, and tried again the
 * next time it is wanted. `load` must be the same function on every render.
 */
export function useLoaded<Module>(load: () => Promise<Module>, wanted: boolean) {
  const [module, setModule] = useState<{ value: Module } | null>(null);
  const loaded = module !== null;
  useEffect(() => {
    if (!wanted || loaded) return undefined;
    let left = false;
    load().then(
      (value) => {
        if (!left) setModule({ value });
      },
      (error: unknown) => reportError(error),
    );
    return () => {
      left = true;
    };
  }, [load, wanted, loaded]);
  return module?.value ?? null;
}

const signsOfAPerson = ["pointermove", "pointerdown", "keydown"] as const;

/** Fetches modules at the first sign of a person, so that what they press next opens at once. Gives back a stop. */
export function loadOnFirstInput(loads: readonly (() => Promise<unknown>)[]) {
  const stop = () => {
    for (const sign of signsOfAPerson) window.removeEventListener(sign, begin);
  };
  const begin = () => {
    stop();
    // A failure here is not one yet: useLoaded tries again, and reports.
    for (const load of loads) load().catch(() => undefined);
  };
  for (const sign of signsOfAPerson) window.addEventListener(sign, begin, { passive: true });
  return stop;
}
