import type { Colours } from "./colours.ts";
import type { Drawn, DrawnTable } from "./drawn.ts";
import { boundsOf, measures, shownColumns } from "./model.ts";
import { endMarks, relationLine } from "./relation-path.ts";

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
// Width of a character of the font, as a share of its size; a little wide, so that nothing runs out of its box.
const characterWidth = 0.58;
const fitted = (text: string, width: number, size: number) => {
  const most = Math.floor(width / (size * characterWidth));
  return escape(text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`);
};

/** The drawn diagram as an SVG file of its own, with its size in pixels. */
export function toSvg(drawn: Drawn, colours: Colours): { svg: string; width: number; height: number } {
  const bounds = boundsOf([...drawn.tables, ...drawn.groups]) ?? { x: 0, y: 0, width: 1, height: 1 };
  const margin = 24;
  const width = Math.ceil(bounds.width + 2 * margin);
  const height = Math.ceil(bounds.height + 2 * margin);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${bounds.x - margin} ${bounds.y - margin} ${width} ${height}" font-family="Inter, system-ui, sans-serif">`,
    `<rect x="${bounds.x - margin}" y="${bounds.y - margin}" width="${width}" height="${height}" fill="${colours.canvas}"/>`,
    ...drawn.groups.map(
      ({ name, x, y, width: w, height: h }) =>
        `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="12" fill="${colours.panel}" stroke="${colours.line}"/>` +
        `<text x="${x + 16}" y="${y + 28}" font-size="18" font-weight="600" fill="${colours.muted}">${fitted(name, w - 32, 18)}</text>`,
    ),
    ...drawn.relations.flatMap((relation) => {
      const from = drawn.byIndex.get(relation.from);
      const to = drawn.byIndex.get(relation.to);
      if (!from || !to) return [];
      const line = relationLine(relation, from, to, drawn.mode);
      const dashes = relation.origin === "inferred" ? ' stroke-dasharray="6 5"' : "";
      return [
        `<path d="${line.path}" fill="none" stroke="${colours.faint}" stroke-width="1.25"${dashes}/>`,
        `<path d="${endMarks(relation, line)}" fill="none" stroke="${colours.faint}" stroke-width="1.25"/>`,
      ];
    }),
    ...drawn.tables.map((table) => tableShape(table, drawn, colours)),
    "</svg>",
  ];
  return { svg: parts.join("\n"), width, height };
}

function tableShape({ table, x, y, width, height }: DrawnTable, { mode }: Drawn, colours: Colours): string {
  const { columns, more } = shownColumns(table, mode);
  const rows = columns.map((column, index) => {
    const middle = y + measures.header + (index + 0.5) * measures.row + 4;
    const mark = column.primary ? "PK" : column.foreign ? "FK" : "";
    const markColour = column.primary ? colours.warningInk : colours.accentInk;
    return (
      (mark === ""
        ? ""
        : `<text x="${x + 8}" y="${middle}" font-size="8" font-weight="700" fill="${markColour}">${mark}</text>`) +
      `<text x="${x + 26}" y="${middle}" font-size="12" fill="${colours.ink}">${fitted(column.name, width - 26 - 90, 12)}</text>` +
      `<text x="${x + width - 8}" y="${middle}" font-size="10" text-anchor="end" fill="${colours.faint}">${fitted(column.type, 82, 10)}</text>`
    );
  });
  const rest =
    more > 0
      ? `<text x="${x + 26}" y="${y + measures.header + (columns.length + 0.5) * measures.row + 4}" font-size="12" fill="${colours.faint}">and ${more} more columns</text>`
      : "";
  return (
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="${colours.raised}" stroke="${colours.line}"/>` +
    `<text x="${x + 12}" y="${y + 23}" font-size="13" font-weight="600" fill="${colours.ink}">${fitted(table.name, width - 24, 13)}</text>` +
    rows.join("") +
    rest
  );
}

/** Pixels that browsers let a canvas have, on the safe side. */
const mostPixels = 100_000_000;
const longestSide = 16_000;

/** An SVG picture as PNG, at twice its size where a browser can draw that, otherwise as large as it can. */
export async function toPng(picture: { svg: string; width: number; height: number }): Promise<Blob> {
  const { svg, width, height } = picture;
  const scale = Math.min(2, Math.sqrt(mostPixels / (width * height)), longestSide / Math.max(width, height));
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image(width, height);
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.floor(width * scale));
    canvas.height = Math.max(1, Math.floor(height * scale));
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large for this browser."))),
        "image/png",
      );
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}
