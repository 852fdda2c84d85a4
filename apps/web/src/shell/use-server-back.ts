import { useEffect, useEffectEvent } from "react";

const askEveryMilliseconds = 3000;

/** While the server is `away` asks it every few seconds, and as soon as the device has a network again; calls `onBack` at its first answer. */
export function useServerBack(away: boolean, onBack: () => void) {
  const back = useEffectEvent(onBack);
  // An outside system: the network.
  useEffect(() => {
    if (!away) return undefined;
    const stopped = new AbortController();
    const { signal } = stopped;
    const ask = async () => {
      const answered = await fetch("/health", { signal, cache: "no-store" }).then(
        ({ ok }) => ok,
        () => false,
      );
      if (!answered || signal.aborted) return;
      stopped.abort();
      back();
    };
    const timer = setInterval(() => void ask(), askEveryMilliseconds);
    signal.addEventListener("abort", () => clearInterval(timer));
    window.addEventListener("online", () => void ask(), { signal });
    return () => stopped.abort();
  }, [away]);
}
