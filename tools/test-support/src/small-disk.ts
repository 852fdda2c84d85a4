import { execFileSync } from "node:child_process";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";

export type SmallDisk = Awaited<ReturnType<typeof mountSmallDisk>>;

/** A file system of memory that takes so many bytes and is then full, as any other. Only root can mount it. */
export async function mountSmallDisk(directory: string, bytes: number) {
  await mkdir(directory);
  execFileSync("/usr/bin/mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", directory]);
  const filler = join(directory, "filler");
  return {
    /** Takes all the room that is left. */
    async fill() {
      const file = await open(filler, "w");
      try {
        for (;;) await file.write(Buffer.alloc(64 * 1024));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      } finally {
        await file.close();
      }
    },
    empty: () => rm(filler),
    remove: () => execFileSync("/usr/bin/umount", [directory]),
  };
}
