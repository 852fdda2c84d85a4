import type { ClientOptions } from "@mindmesh/client";

declare global {
  interface Window {
    /** Answers by address that first-paint.js has asked for before any script of the page was there. */
    firstAnswers?: Record<string, Promise<Response> | undefined>;
  }
}

/** After so many milliseconds an answer that nobody took is old. */
const freshFor = 15_000;

/** Takes what was asked for ahead, once; asks otherwise. */
const fetchOnce: typeof fetch = (address, request) => {
  const { firstAnswers } = window;
  if (firstAnswers && typeof address === "string" && request?.method === "GET" && performance.now() < freshFor) {
    const answer = firstAnswers[address];
    delete firstAnswers[address];
    if (answer) return answer;
  }
  return fetch(address, request);
};

const listeners = new Set<() => void>();

/** How every typed client of the page calls the server: same origin, cookies, one place that learns of a lost session. */
export const clientOptions: ClientOptions = {
  fetch: fetchOnce,
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
