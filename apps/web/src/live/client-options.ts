import type { ClientOptions } from "@mindmesh/client";

const listeners = new Set<() => void>();

/** How every typed client of the page calls the server: same origin, cookies, one place that learns of a lost session. */
export const clientOptions: ClientOptions = {
  onSignedOut: () => {
    for (const listener of listeners) listener();
  },
};

/** Calls `listener` when the server no longer knows this session. Gives back the function that stops it. */
export function onSessionLost(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
