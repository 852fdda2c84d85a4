/** What a page loads before it is usable, Brotli. Prints it when run: node apps/web/build/first-load.ts */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { firstRequests } from "./first-requests.ts";

/** An address of each page that has a line in first-requests.ts. */
export const firstPages = firstRequests().map(({ address }) => address.replaceAll("([^/]+)", "some"));

const compressedSize = async (file: string) =>
  (await stat(`${file}.br`).catch(() => null))?.size ?? (await stat(file)).size;

/**
 * The scripts that a first visit to `address` fetches, with their bytes: the entry, the scripts that the page asks for
 * ahead (build/first-requests.ts), and whatever these import. Read from the built files in `folder`.
 */
export async function firstLoad(folder: string, address: string) {
  const html = await readFile(join(folder, "index.html"), "utf8");
  const requests = JSON.parse(/of ?(\[\[.+?\]\]\])/.exec(html)?.[1] ?? "[]") as [string, string[], string[]][];
  const ahead = requests.find(([pattern]) => new RegExp(`^${pattern}/?$`).test(address))?.[1];
  if (!ahead) throw new Error(`the page asks for nothing ahead at ${address}`);
  const sizes = new Map<string, number>();
  const visit = async (name: string) => {
    if (sizes.has(name)) return;
    const file = join(folder, "assets", name);
    sizes.set(name, await compressedSize(file));
    const code = await readFile(file, "utf8");
    for (const [, imported] of code.matchAll(/(?:\bfrom|\bimport)\s*["'`]\.\/([\w.-]+\.js)["'`]/g)) {
      if (imported) await visit(imported);
    }
  };
  for (const [, name] of html.matchAll(/(?:src|href)="\/assets\/([\w.-]+\.js)"/g)) if (name) await visit(name);
  for (const name of ahead) await visit(name);
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return { sizes, total };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL("../dist", import.meta.url));
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;
  for (const address of firstPages) {
    const { sizes, total } = await firstLoad(folder, address);
    const lines = [...sizes].map(([name, size]) => `${kilobytes(size)}  ${name}`);
    process.stdout.write(`${address}\n${lines.join("\n")}\n${kilobytes(total)}  JavaScript, Brotli\n\n`);
  }
}
