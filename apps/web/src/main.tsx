import "./styles.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { forgetPerson } from "./identity/enter.ts";
import { onSessionLost } from "./live/client-options.ts";
import { makeRouter } from "./router.tsx";
import { registerOfflineShell } from "./shell/offline-shell.ts";

const queryClient = new QueryClient({
  // Events keep the cache fresh; a refetch on focus would only hide a missed one.
  defaultOptions: {
    // A server on this very machine can be reached without a network.
    queries: { staleTime: 60_000, refetchOnWindowFocus: false, retry: 1, networkMode: "always" },
    mutations: { networkMode: "always" },
  },
});
const router = makeRouter(queryClient);

// Signed out elsewhere, or away for too long: back to this page after signing in again.
onSessionLost(() => {
  const { pathname, href } = router.state.location;
  if (!pathname.startsWith("/w/") || router.state.status === "pending") return;
  forgetPerson(queryClient);
  void router.navigate({ to: "/sign-in", search: { next: href } });
});

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
// The frame of index.html stands until the first page can be drawn whole: drawing a placeholder first would cost a slow
// CPU as much again, and the router keeps a placeholder that it has shown for a while.
void router.load().finally(() =>
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  ),
);

// After everything the person waits for; a page without it is only not offline.
if (import.meta.env.PROD) {
  window.addEventListener("load", () => {
    registerOfflineShell().catch((error: unknown) => reportError(error));
  });
}
