import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Where the programs and packages of this driver lie on this machine. */
export interface GuestPackages {
  deno: string;
  denoVersion: string;
  pyodide: string;
  pyodideVersion: string;
  quickjsWasm: string;
  /** Tells Deno where the imports of QuickJS are; it looks up no packages itself. */
  importMap: string;
  /** Folders and files that a guest may read until its interpreter stands. */
  readable: string[];
}

const targets: Record<string, string> = {
  "linux x64": "linux-x64-glibc",
  "linux arm64": "linux-arm64-glibc",
  "darwin x64": "darwin-x64",
  "darwin arm64": "darwin-arm64",
  "win32 x64": "win32-x64",
  "win32 arm64": "win32-arm64",
};

/**
 * Finds the npm packages by Node's own rules.
 * @throws Error in plain words when this system has no Deno, or a package was not installed
 */
export function locatePackages(): GuestPackages {
  const here = createRequire(import.meta.url);
  const system = `${process.platform} ${process.arch}`;
  const target = targets[system];
  if (target === undefined) throw new Error(`There is no Deno for ${system}.`);
  const folderOf = (name: string, from = here) => {
    try {
      return dirname(from.resolve(`${name}/package.json`));
    } catch (cause) {
      throw new Error(`The npm package ${name} is not installed. Run "npm install" in the folder of Mindmesh.`, {
        cause,
      });
    }
  };
  const versionOf = (folder: string) => (here(join(folder, "package.json")) as { version: string }).version;
  const denoPackage = folderOf("deno");
  // The package "deno" only picks the one with the program; that one is started without the link in between.
  const programs = folderOf(`@deno/${target}`, createRequire(join(denoPackage, "package.json")));
  const pyodide = folderOf("pyodide");
  const quickjs = join(folderOf("@jitl/quickjs-wasmfile-release-sync"), "dist");
  const types = join(dirname(here.resolve("@jitl/quickjs-ffi-types")), "index.mjs");
  const core = join(dirname(here.resolve("quickjs-emscripten-core")), "index.mjs");
  const imports = {
    "@jitl/quickjs-ffi-types": types,
    "@jitl/quickjs-wasmfile-release-sync": join(quickjs, "index.mjs"),
    "@jitl/quickjs-wasmfile-release-sync/emscripten-module": join(quickjs, "emscripten-module.browser.mjs"),
    "quickjs-emscripten-core": core,
  };
  const addresses = Object.entries(imports).map(([name, path]) => [name, pathToFileURL(path).href]);
  const importMap = JSON.stringify({ imports: Object.fromEntries(addresses) as Record<string, string> });
  const guest = fileURLToPath(new URL(".", import.meta.url));
  return {
    deno: join(programs, process.platform === "win32" ? "deno.exe" : "deno"),
    denoVersion: versionOf(denoPackage),
    pyodide,
    pyodideVersion: versionOf(pyodide),
    quickjsWasm: join(quickjs, "emscripten-module.wasm"),
    importMap: `data:application/json,${encodeURIComponent(importMap)}`,
    readable: [guest, pyodide, quickjs, dirname(types), dirname(core)],
  };
}
