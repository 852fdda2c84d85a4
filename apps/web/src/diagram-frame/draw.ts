// Runs in diagram.html, a frame without an origin: it sees no cookie, no storage and nothing of the page around it.
import mermaid from "mermaid";
import type { DiagramAnswer, DiagramRequest } from "./messages.ts";

// The picture is drawn where the page's typeface cannot be reached, so it is measured without it too.
const fontFamily = "system-ui, sans-serif";
const mostCharacters = 50_000;
const mostEdges = 500;

// The tokens of the design system, in sRGB as Mermaid computes with them.
const lightColors = {
  background: "#fdfdfd",
  primaryColor: "#e4f3f2",
  primaryBorderColor: "#7fa9ab",
  primaryTextColor: "#1d2629",
  secondaryColor: "#f6f5f1",
  tertiaryColor: "#fbfaf6",
  lineColor: "#6d7a7e",
  textColor: "#1d2629",
  edgeLabelBackground: "#fdfdfd",
  noteBkgColor: "#fdf3d9",
  noteTextColor: "#1d2629",
};
const darkColors = {
  background: "#12181a",
  primaryColor: "#1d3438",
  primaryBorderColor: "#4f8084",
  primaryTextColor: "#e4eaea",
  secondaryColor: "#1e2629",
  tertiaryColor: "#171d20",
  lineColor: "#8b9a9e",
  textColor: "#e4eaea",
  edgeLabelBackground: "#12181a",
  noteBkgColor: "#3a321b",
  noteTextColor: "#e4eaea",
};

function answer(message: DiagramAnswer) {
  // The frame has no origin, so the page is the only one who can be meant and cannot be named.
  parent.postMessage(message, "*");
}

/** An SVG that says its size, which a picture needs. */
function withSize(svg: string) {
  const document = new DOMParser().parseFromString(svg, "image/svg+xml");
  const root = document.documentElement;
  const [, , width, height] = (root.getAttribute("viewBox") ?? "").split(/[\s,]+/).map(Number);
  if (width && height) {
    root.setAttribute("width", String(Math.ceil(width)));
    root.setAttribute("height", String(Math.ceil(height)));
  }
  root.removeAttribute("style");
  return new XMLSerializer().serializeToString(document);
}

async function draw({ id, source, dark }: DiagramRequest) {
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    theme: "base",
    darkMode: dark,
    themeVariables: { ...(dark ? darkColors : lightColors), fontFamily, fontSize: "14px" },
    fontFamily,
    maxTextSize: mostCharacters,
    maxEdges: mostEdges,
    htmlLabels: false,
    flowchart: { htmlLabels: false },
    suppressErrorRendering: true,
    // What a diagram may not change about itself by a directive.
    secure: ["secure", "securityLevel", "startOnLoad", "maxTextSize", "maxEdges", "fontFamily", "htmlLabels", "theme"],
  });
  const { svg } = await mermaid.render(`diagram-${id}`, source);
  return withSize(svg);
}

let last: Promise<void> = Promise.resolve();

// One after another: Mermaid measures in the document that all drawings share.
window.addEventListener("message", (event: MessageEvent<DiagramRequest>) => {
  if (event.source !== parent) return;
  const { id } = event.data;
  last = last
    .then(() => draw(event.data))
    .then(
      (svg) => answer({ id, svg }),
      (error: unknown) => answer({ id, problem: error instanceof Error ? error.message : String(error) }),
    );
});
answer({ ready: true });
