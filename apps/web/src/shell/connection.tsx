import { Spinner } from "@mindmesh/ui";
import CloudOff from "lucide-react/icons/cloud-off";
import { useSyncExternalStore } from "react";
import { create } from "zustand";

/** How the live connection to the server is. Whoever holds the socket reports here. */
export const useConnection = create<{ live: "idle" | "connected" | "lost" }>()(() => ({ live: "idle" }));

export const reportConnection = (live: "idle" | "connected" | "lost") => useConnection.setState({ live });

function subscribe(listener: () => void) {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

/** Whether the device has a network at all. */
export const useOnline = () => useSyncExternalStore(subscribe, () => navigator.onLine);

/** Says that the connection is away. Floats, so that nothing on the page moves; waits a second, so that blips stay quiet. */
export function ConnectionBanner() {
  const online = useOnline();
  const live = useConnection((state) => state.live);
  const text = !online
    ? "You are offline. New things wait until you are back."
    : live === "lost"
      ? "Reconnecting"
      : null;
  return (
    <output className="pointer-events-none absolute inset-x-0 top-14 z-30 flex justify-center px-4">
      {text ? (
        <span className="flex animate-fade-in items-center gap-2 rounded-full bg-raised px-3 py-1.5 text-xs font-medium text-ink shadow-overlay [animation-delay:1s] [animation-fill-mode:both]">
          {online ? (
            <Spinner className="size-3.5 text-muted" />
          ) : (
            <CloudOff aria-hidden="true" className="size-3.5 text-muted" />
          )}
          {text}
        </span>
      ) : null}
    </output>
  );
}
