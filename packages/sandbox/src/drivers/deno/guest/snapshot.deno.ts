import { scope } from "./deno.ts";

// Starts Python and writes an image of its memory to the output.
const folder = scope.Deno.args[0] ?? "";
const { loadPyodide } = (await import(new URL("pyodide.mjs", `file://${folder}/`).href)) as typeof import("pyodide");
const python = await loadPyodide({ indexURL: folder, _makeSnapshot: true });
let image = python.makeMemorySnapshot();
while (image.length > 0) image = image.subarray(scope.Deno.stdout.writeSync(image));
