import { constants, copyFile, mkdir } from "node:fs/promises";
import path from "node:path";
import type { DriverJob } from "../driver.ts";
import { lchownTree } from "./open-beneath.ts";

/** Copies, as the originals belong to the server and no other user may read them. `uid`: whose they become; null: the server's. */
export async function copyInputs(inputs: DriverJob["inputs"], to: string, uid: number | null): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o755 });
  for (const { name, hostPath } of inputs) {
    await copyFile(hostPath, path.join(to, name), constants.COPYFILE_FICLONE);
  }
  if (uid !== null) await lchownTree(to, uid);
}
