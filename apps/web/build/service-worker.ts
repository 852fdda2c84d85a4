import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const workerFile = new URL("../src/service-worker.js", import.meta.url);
const fixedFiles = ["/favicon.svg", "/manifest.webmanifest"];
/** Larger parts that a page may never need (diagrams, formulas) are kept when first used, not fetched ahead. */
const largestAhead = 150_000;

/**
 * Writes dist/sw.js: src/service-worker.js with the list of files that make the shell work offline, which is the page,
 * its entry, the pages and layers that the entry fetches when needed, what all these import, their styles, and the
 * Latin part of the typeface.
 */
export function serviceWorker(): Plugin {
  return {
    name: "mindmesh-service-worker",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const first = new Set<string>();
      const visit = (fileName: string) => {
        const chunk = bundle[fileName];
        if (chunk?.type !== "chunk" || first.has(fileName)) return;
        first.add(fileName);
        for (const style of chunk.viteMetadata?.importedCss ?? []) first.add(style);
        chunk.imports.forEach(visit);
        if (chunk.isEntry) for (const later of chunk.dynamicImports) if (isSmall(later)) visit(later);
      };
      const isSmall = (fileName: string) => {
        const chunk = bundle[fileName];
        return chunk?.type === "chunk" && chunk.code.length <= largestAhead;
      };
      for (const file of Object.values(bundle)) {
        if (file.type === "chunk" && file.isEntry && file.name === "index") visit(file.fileName);
        if (/inter-latin-wght-normal.*\.woff2$/.test(file.fileName)) first.add(file.fileName);
      }
      const page = bundle["index.html"];
      if (page?.type !== "asset") throw new Error("the build has no index.html");
      const files = ["/", ...fixedFiles, ...[...first].sort().map((name) => `/${name}`)];
      const version = createHash("sha256").update(String(page.source)).update(files.join()).digest("hex").slice(0, 12);
      const source = readFileSync(workerFile, "utf8")
        .replace('"__VERSION__"', JSON.stringify(version))
        .replace('["__FILES__"]', JSON.stringify(files));
      this.emitFile({ type: "asset", fileName: "sw.js", source });
    },
  };
}
