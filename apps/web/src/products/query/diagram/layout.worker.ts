import { layoutDiagram, type Box } from "./layout.ts";

/** Lays a diagram out beside the page, so that the page stays quick. */
self.addEventListener("message", ({ data }: MessageEvent<{ boxes: Box[]; relations: [number, number][] }>) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
  self.postMessage(layoutDiagram(data.boxes, data.relations));
});
