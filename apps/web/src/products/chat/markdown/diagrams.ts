import type { DiagramAnswer, DiagramRequest } from "../../../diagram-frame/messages.ts";

/** A diagram that takes longer is given up, with the frame that draws it. */
const longestMilliseconds = 15_000;
/** Diagrams that were drawn are kept, so that scrolling and new versions do not draw them again. */
const mostKept = 60;

interface Waiting {
  request: DiagramRequest;
  resolve: (svg: string) => void;
  reject: (problem: Error) => void;
  timer: ReturnType<typeof setTimeout>;
}

let frame: HTMLIFrameElement | null = null;
let ready = false;
let count = 0;
const waiting = new Map<number, Waiting>();
const drawn = new Map<string, Promise<string>>();

function close() {
  frame?.remove();
  frame = null;
  ready = false;
}

function onMessage({ source, data }: MessageEvent<DiagramAnswer>) {
  if (!frame || source !== frame.contentWindow) return;
  if ("ready" in data) {
    ready = true;
    for (const { request } of waiting.values()) frame.contentWindow?.postMessage(request, "*");
    return;
  }
  const asked = waiting.get(data.id);
  if (!asked) return;
  waiting.delete(data.id);
  clearTimeout(asked.timer);
  if ("svg" in data) asked.resolve(data.svg);
  else asked.reject(new Error(data.problem));
}

function open() {
  if (frame) return;
  window.addEventListener("message", onMessage);
  frame = document.createElement("iframe");
  frame.src = "/diagram.html";
  frame.title = "Diagrams";
  // Scripts, but no origin: what a diagram might smuggle in reaches nothing.
  frame.setAttribute("sandbox", "allow-scripts");
  frame.setAttribute("aria-hidden", "true");
  frame.tabIndex = -1;
  // It must have a layout to measure text, so it cannot be hidden altogether.
  frame.className = "pointer-events-none fixed -left-[2000px] top-0 h-[900px] w-[1200px] opacity-0";
  document.body.append(frame);
}

function ask(source: string, dark: boolean) {
  return new Promise<string>((resolve, reject) => {
    count += 1;
    const request = { id: count, source, dark };
    const timer = setTimeout(() => {
      // It may hang: all that wait with it have to ask a new one.
      close();
      for (const each of waiting.values()) {
        clearTimeout(each.timer);
        each.reject(new Error("This diagram takes too long to draw."));
      }
      waiting.clear();
    }, longestMilliseconds);
    waiting.set(request.id, { request, resolve, reject, timer });
    open();
    if (ready) frame?.contentWindow?.postMessage(request, "*");
  });
}

/** A Mermaid diagram as the text of an SVG. Rejects with the reason when it cannot be drawn. */
export function drawDiagram(source: string, dark: boolean): Promise<string> {
  const key = `${dark ? "dark" : "light"}\n${source}`;
  const known = drawn.get(key);
  if (known) return known;
  const asked = ask(source, dark);
  drawn.set(key, asked);
  for (const oldest of [...drawn.keys()].slice(0, Math.max(0, drawn.size - mostKept))) drawn.delete(oldest);
  return asked;
}
