import { useStore } from "@xyflow/react";
import { useEffect, useMemo, useRef } from "react";
import { useColours, type Colours } from "./colours.ts";
import type { Drawn } from "./drawn.ts";
import { endMarks, relationLine } from "./relation-path.ts";

type UnderlayProps = {
  drawn: Drawn;
  /** Draws the tables too: from afar a picture is quicker than thousands of elements. */
  overview: boolean;
  /** Tables (by place in the diagram) that stand out; null: all alike. */
  lit: ReadonlySet<number> | null;
};

/** Relations, groups and, from afar, the tables: one canvas below React Flow's nodes that follows its view. */
export function Underlay({ drawn, overview, lit }: UnderlayProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const transform = useStore((state) => state.transform);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const colours = useColours();
  const lines = useMemo(() => linesOf(drawn), [drawn]);
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const element = canvas.current;
      const context = element?.getContext("2d");
      if (!element || !context) return;
      const ratio = window.devicePixelRatio;
      const [pixelWidth, pixelHeight] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (element.width !== pixelWidth) element.width = pixelWidth;
      if (element.height !== pixelHeight) element.height = pixelHeight;
      const [x, y, zoom] = transform;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      context.setTransform(ratio * zoom, 0, 0, ratio * zoom, ratio * x, ratio * y);
      draw(context, { drawn, lines, overview, lit, colours, zoom });
    });
    return () => cancelAnimationFrame(frame);
  }, [drawn, lines, overview, lit, colours, transform, width, height]);
  return <canvas ref={canvas} aria-hidden="true" className="pointer-events-none absolute inset-0 -z-1 size-full" />;
}

interface Line {
  from: number;
  to: number;
  isDashed: boolean;
  curve: Path2D;
  marks: Path2D;
}

function linesOf(drawn: Drawn): Line[] {
  return drawn.relations.flatMap((relation) => {
    const from = drawn.byIndex.get(relation.from);
    const to = drawn.byIndex.get(relation.to);
    if (!from || !to) return [];
    const line = relationLine(relation, from, to, drawn.mode);
    return [
      {
        from: relation.from,
        to: relation.to,
        isDashed: relation.origin === "inferred",
        curve: new Path2D(line.path),
        marks: new Path2D(endMarks(relation, line)),
      },
    ];
  });
}

type Picture = UnderlayProps & { lines: readonly Line[]; colours: Colours; zoom: number };

function draw(context: CanvasRenderingContext2D, picture: Picture) {
  drawGroups(context, picture);
  drawLines(context, picture);
  if (picture.overview) drawTables(context, picture);
}

function drawGroups(context: CanvasRenderingContext2D, { drawn, colours, zoom }: Picture) {
  for (const { name, x, y, width, height } of drawn.groups) {
    context.fillStyle = colours.panel;
    context.strokeStyle = colours.line;
    context.lineWidth = 1 / zoom;
    context.beginPath();
    context.roundRect(x, y, width, height, 12);
    context.fill();
    context.stroke();
    // A title that can be read from afar, as long as its group has room for it.
    const size = Math.min(Math.max(18, 13 / zoom), height / 3, 140);
    context.font = `600 ${size}px "Inter Variable", sans-serif`;
    context.fillStyle = colours.muted;
    context.textBaseline = "top";
    context.fillText(name, x + 16, y + 12, width - 32);
  }
}

function drawLines(context: CanvasRenderingContext2D, { lines, overview, lit, colours, zoom }: Picture) {
  const isLit = ({ from, to }: Line) => lit !== null && lit.has(from) && lit.has(to);
  for (const stands of [false, true]) {
    context.strokeStyle = stands ? colours.accent : colours.faint;
    context.globalAlpha = stands ? 1 : (lit === null ? 0.8 : 0.35) * (overview ? 0.5 : 1);
    context.lineWidth = stands ? Math.max(2, 1.75 / zoom) : Math.max(1.25, 0.75 / zoom);
    for (const line of lines) {
      if (isLit(line) !== stands) continue;
      context.setLineDash(line.isDashed ? [6, 5] : []);
      context.stroke(line.curve);
      if (zoom < 0.45) continue;
      context.setLineDash([]);
      context.stroke(line.marks);
    }
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function drawTables(context: CanvasRenderingContext2D, { drawn, lit, colours, zoom }: Picture) {
  const size = Math.min(13 / zoom, 40);
  context.font = `500 ${size}px "Inter Variable", sans-serif`;
  context.textBaseline = "middle";
  context.lineWidth = Math.max(1, 0.75 / zoom);
  for (const { index, table, x, y, width, height } of drawn.tables) {
    const stands = lit !== null && lit.has(index);
    context.fillStyle = stands ? colours.accentSoft : colours.raised;
    context.strokeStyle = stands ? colours.accent : colours.line;
    context.beginPath();
    context.roundRect(x, y, width, height, 8);
    context.fill();
    context.stroke();
    if (zoom < 0.12) continue;
    context.fillStyle = lit === null || stands ? colours.ink : colours.muted;
    context.fillText(table.name, x + 10, y + Math.min(height / 2, size), width - 20);
  }
}
