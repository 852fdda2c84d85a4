import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);
const worthCompressing = /\.(?:js|css|html|svg|json|webmanifest|txt)$/;
const smallest = 1024;

async function compressFile(path: string) {
  const content = await readFile(path);
  if (content.length < smallest) return;
  // 11 costs ten times the time of 9 for 3 % on the large lazy chunks (mermaid).
  const quality = content.length > 300_000 ? 9 : 11;
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: quality, [BROTLI_PARAM_SIZE_HINT]: content.length };
  await writeFile(`${path}.br`, await brotli(content, { params }));
  await writeFile(`${path}.gz`, await gzipped(content, { level: 9 }));
}

async function compressFolder(folder: string) {
  const names = await readdir(folder, { recursive: true });
  await Promise.all(
    names.filter((name) => worthCompressing.test(name)).map((name) => compressFile(join(folder, name))),
  );
}

/** Writes a .br and a .gz beside every text file of the build, so that the server compresses nothing itself. */
export function compress(): Plugin {
  let folder = "dist";
  return {
    name: "mindmesh-compress",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    async closeBundle() {
      await compressFolder(folder);
    },
  };
}
