import path from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder; every script works there, wherever it was called from. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Node 24 from the dependencies, whatever Node the machine has. */
export const ownNode = path.join(root, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");
