import { toast } from "@mindmesh/ui";

const checkEveryMilliseconds = 60 * 60 * 1000;

/** Registers the service worker, and offers a new version of the page when the server has one. */
export async function registerOfflineShell() {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("/sw.js");

  const offer = (waiting: ServiceWorker) =>
    toast("A new version is ready", {
      id: "new-version",
      duration: Infinity,
      action: { label: "Reload", onSelect: () => waiting.postMessage("activate", []) },
    });
  if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const installing = registration.installing;
    installing?.addEventListener("statechange", () => {
      if (installing.state === "installed" && navigator.serviceWorker.controller) offer(installing);
    });
  });

  // The first worker of a device takes over without a reload; only a replaced one means a newer page.
  let controlled = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (controlled) location.reload();
    controlled = true;
  });
  setInterval(() => void registration.update().catch(() => undefined), checkEveryMilliseconds);
}
