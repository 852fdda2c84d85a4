/** Draws the PNG icons from the mark. Run after changing it: node apps/web/build/icons.ts */
import { writeFile } from "node:fs/promises";
import sharp from "sharp";

const publicFolder = new URL("../public/", import.meta.url);
const arches = `
  <path d="M6 14V7a4 4 0 0 1 8 0v7" stroke-opacity=".55"/>
  <path d="M2 14V7a4 4 0 0 1 8 0v7"/>`;

/** The mark, paper on lagoon. `corner` in 64ths; `scale` is the mark's share of the side. */
function icon(corner: number, scale: number) {
  const side = 64 * scale;
  const offset = (64 - side) / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
<rect width="64" height="64" rx="${corner}" fill="#0f616b"/>
<g transform="translate(${offset} ${offset - side * 0.03}) scale(${side / 16})" fill="none" stroke="#f2fbfb" stroke-width="2" stroke-linecap="round">${arches}
</g></svg>`;
}

const rounded = icon(15, 0.66);
const full = icon(0, 0.56);
await writeFile(new URL("favicon.svg", publicFolder), `${icon(15, 0.74)}\n`);
const pictures: [name: string, svg: string, side: number][] = [
  ["favicon-32.png", icon(15, 0.74), 32],
  ["apple-touch-icon.png", full, 180],
  ["icon-192.png", rounded, 192],
  ["icon-512.png", rounded, 512],
  ["icon-maskable-512.png", icon(0, 0.5), 512],
];
for (const [name, svg, side] of pictures) {
  const png = await sharp(Buffer.from(svg), { density: (72 * side) / 64 })
    .resize(side, side)
    .png({ compressionLevel: 9, palette: true })
    .toBuffer();
  await writeFile(new URL(name, publicFolder), png);
}
