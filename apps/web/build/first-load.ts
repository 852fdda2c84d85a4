/** What a page loads before it is usable, Brotli. Prints it when run: node apps/web/build/first-load.ts */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Pages by the parts that the router fetches for them (the names of their source files). */
export const firstPages = {
  "sign-in": ["sign-in-page"],
  "a new conversation": ["workspace-layout", "new-conversation-page"],
  "a conversation": ["workspace-layout", "conversation-page", "markdown"],
};

const compressedSize = async (file: string) =>
  (await stat(`${file}.br`).catch(() => null))?.size ?? (await stat(file)).size;

/**
 * The scripts that a first visit fetches, with their bytes: the entry, the named parts, and whatever these import.
 * Read from the built files in `folder`; throws when a named part is not among them.
 */
export async function firstLoad(folder: string, parts: readonly string[]) {
  const html = await readFile(join(folder, "index.html"), "utf8");
  const names = await readdir(join(folder, "assets"));
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
  for (const part of parts) {
    const name = names.find((candidate) => candidate.startsWith(`${part}-`) && candidate.endsWith(".js"));
    if (!name) throw new Error(`the build has no part "${part}"`);
    await visit(name);
  }
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return { sizes, total };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL("../dist", import.meta.url));
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;
  for (const [page, parts] of Object.entries(firstPages)) {
    const { sizes, total } = await firstLoad(folder, parts);
    const lines = [...sizes].map(([name, size]) => `${kilobytes(size)}  ${name}`);
    process.stdout.write(`${page}\n${lines.join("\n")}\n${kilobytes(total)}  JavaScript, Brotli\n\n`);
  }
}
