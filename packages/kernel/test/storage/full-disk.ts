import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";

/** Opens real files on a disk that takes `room` bytes and then answers as the system does when it is full. */
export function diskWithRoom(room: number): (path: string) => Promise<Pick<FileHandle, "write" | "sync" | "close">> {
  let left = room;
  return async (path) => {
    const file = await open(path, "wx");
    const write = async (chunk: Uint8Array, offset: number, length: number) => {
      if (left === 0) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
      const written = await file.write(chunk, offset, Math.min(length, left));
      left -= written.bytesWritten;
      return written;
    };
    return { write: write as FileHandle["write"], sync: () => file.sync(), close: () => file.close() };
  };
}
