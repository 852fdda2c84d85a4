import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ownNode, root } from "./paths.mjs";
import { note, step } from "./progress.mjs";
import { runQuietly } from "./run-quietly.mjs";

const sources = ["apps/web", "packages/ui", "packages/client", "packages/contracts", "package-lock.json"];
const notSources = new Set(["node_modules", "dist", "test"]);
const stampFile = path.join(root, "apps/web/dist/.sources");

/** Builds the web page unless the one in apps/web/dist was built from the sources as they are now. */
export async function buildWeb() {
  if (!existsSync(path.join(root, "apps/web/vite.config.ts"))) {
    note("There is no web page to build here; only the API will answer.");
    return;
  }
  const stamp = hashSources();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  await step("Building the web page (only when it changed)", async () => {
    const vite = path.join(root, "node_modules/vite/bin/vite.js");
    const { code, output } = await runQuietly(ownNode, [vite, "build", "apps/web"]);
    if (code !== 0) throw new Error(`The web page could not be built (vite ended with ${code}):\n${output.trim()}`);
    writeFileSync(stampFile, stamp);
  });
}

function hashSources() {
  const hash = createHash("sha256");
  const add = (relative, isFolder) => {
    const absolute = path.join(root, relative);
    if (!isFolder) return hash.update(`${relative}\0`).update(readFileSync(absolute)).update("\0");
    const entries = readdirSync(absolute, { withFileTypes: true }).filter(({ name }) => !notSources.has(name));
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      add(`${relative}/${entry.name}`, entry.isDirectory());
    }
  };
  for (const source of sources) add(source, !source.endsWith(".json"));
  return hash.digest("hex");
}
