// The components in all their states, for eyes and for axe: `npm run dev:web`, then /gallery.html. Not in the build.
import "../styles.css";
import { Overlays } from "@mindmesh/ui";
import {
  createMemoryHistory,
  createRootRoute,
  createRouter,
  RouterProvider,
  type AnyRouter,
} from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ActionsSection } from "./actions-section.tsx";
import { CodeSection } from "./code-section.tsx";
import { FeedbackSection } from "./feedback-section.tsx";
import { FormSection } from "./form-section.tsx";
import { FoundationSection } from "./foundation-section.tsx";
import { ListsSection } from "./lists-section.tsx";
import { ShellExample } from "./shell-example.tsx";

function Gallery() {
  if (location.hash === "#shell") return <ShellExample />;
  return (
    <main className="h-full overflow-y-auto">
      <div className="mx-auto flex max-w-5xl flex-col gap-12 px-5 py-10 md:px-8">
        <FoundationSection />
        <ActionsSection />
        <FormSection />
        <FeedbackSection />
        <ListsSection />
        <CodeSection />
      </div>
    </main>
  );
}

const rootRoute = createRootRoute({
  component: () => (
    <>
      <Gallery />
      <Overlays />
    </>
  ),
});
// The gallery's own routes are not the app's, which the router's types are registered for.
const router: AnyRouter = createRouter({ routeTree: rootRoute, history: createMemoryHistory() });

const root = document.getElementById("root");
if (!root) throw new Error("gallery.html has no #root");
createRoot(root).render(
  <StrictMode>
    <RouterProvider router={router} />
  </StrictMode>,
);
