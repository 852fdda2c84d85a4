/** What the page loads before it is usable, Brotli. Prints it when run: node apps/web/build/first-load.ts */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const compressedSize = async (file: string) =>
  (await stat(`${file}.br`).catch(() => null))?.size ?? (await stat(file)).size;

/**
 * The scripts that a first visit of "/" fetches by itself, with their bytes: the entry, what it imports, and the pages
 * that it fetches for that address (build.manifest is not needed: names and imports are read from the built files).
 */
export async function firstLoad(folder: string) {
  const html = await readFile(join(folder, "index.html"), "utf8");
  const sizes = new Map<string, number>();
  const visit = async (name: string) => {
    if (sizes.has(name)) return;
    const file = join(folder, name);
    sizes.set(name, await compressedSize(file));
    const code = await readFile(file, "utf8");
    for (const [, imported] of code.matchAll(/(?:\bfrom|\bimport)\s*["'`]\.\/([\w.-]+\.js)["'`]/g)) {
      await visit(`assets/${imported}`);
    }
  };
  for (const [, name] of html.matchAll(/(?:src|href)="\/(assets\/[\w.-]+\.js)"/g)) if (name) await visit(name);
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return { sizes, total };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { sizes, total } = await firstLoad(fileURLToPath(new URL("../dist", import.meta.url)));
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;
  const lines = [...sizes].map(([name, size]) => `${kilobytes(size)}  ${name}`);
  process.stdout.write(`${lines.join("\n")}\n${kilobytes(total)}  first load, JavaScript, Brotli\n`);
}
