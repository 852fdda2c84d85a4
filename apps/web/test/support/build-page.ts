import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Builds the page that the server serves, unless the one that is there was built from the sources as they are. */
export async function buildPage() {
  const code = `(await import("./scripts/build-web.mjs")).buildWeb()`;
  const cwd = fileURLToPath(new URL("../../../../", import.meta.url));
  await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code], { cwd });
}
