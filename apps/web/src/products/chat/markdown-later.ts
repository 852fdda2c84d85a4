import { lazyRouteComponent } from "@tanstack/react-router";

/** Draws Markdown. Its code is fetched by `preload`, at the latest when it is first drawn. */
export const Markdown = lazyRouteComponent(() => import("./markdown/markdown.tsx"), "Markdown");
