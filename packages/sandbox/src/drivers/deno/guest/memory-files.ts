import type { PyodideAPI } from "pyodide";
import type { GuestLimits } from "../messages.ts";

/** The parts of Emscripten's memory file system that count. */
interface MemoryFileSystem {
  ops_table?: { file: { stream: { write: Write } } };
  createNode(parent: unknown, name: string, mode: number, device: number): unknown;
  resizeFileStorage(node: FileNode, size: number): unknown;
}
interface FileNode {
  usedBytes: number;
}
type Write = (
  stream: { node: FileNode },
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number,
  canOwn?: boolean,
) => number;

const noSpace = 51;
const fileTooBig = 22;
const roots = ["/data/work", "/data/out"];

/**
 * Makes the folders /data/work, /data/files and /data/out in Python's memory, with limits on bytes and on the number of
 * files: a write over them fails in Python as on a full disk.
 */
export function limitMemoryFiles(api: PyodideAPI) {
  const { FS } = api;
  const memory = (FS.filesystems as { MEMFS: MemoryFileSystem }).MEMFS;
  for (const folder of ["/data/files", ...roots]) FS.mkdirTree(folder);
  FS.symlink("/data/out", "/data/work/out");
  FS.chdir("/data/work");

  let limits: GuestLimits = { outputBytes: 0, diskBytes: 2 ** 40, files: 1e6, fileBytes: 2 ** 40 };
  let bytes = 0;
  let nodes = 0;
  const room = (more: number, size: number) => {
    if (size > limits.fileBytes) throw new FS.ErrnoError(fileTooBig);
    if (bytes + more <= limits.diskBytes) return;
    bytes = measure().bytes;
    if (bytes + more > limits.diskBytes) throw new FS.ErrnoError(noSpace);
  };
  const { resizeFileStorage, createNode } = memory;
  const fileOperations = memory.ops_table?.file.stream;
  if (!fileOperations) throw new Error("the memory file system of this Pyodide is another one");
  const { write } = fileOperations;
  fileOperations.write = (stream, buffer, offset, length, position, canOwn) => {
    const before = stream.node.usedBytes;
    const size = Math.max(before, position + length);
    if (size > before) room(size - before, size);
    bytes += size - before;
    return write(stream, buffer, offset, length, position, canOwn);
  };
  memory.resizeFileStorage = (node, size) => {
    const before = node.usedBytes;
    if (size > before) room(size - before, size);
    bytes += Math.max(0, size - before);
    return resizeFileStorage.call(memory, node, size);
  };
  memory.createNode = (parent, name, mode, device) => {
    nodes += 1;
    if (nodes > limits.files * 2) nodes = measure().nodes;
    if (nodes > limits.files * 2) throw new FS.ErrnoError(noSpace);
    return createNode.call(memory, parent, name, mode, device);
  };

  /** Calls `each` for every regular file; links are passed by. */
  function walk(folder: string, each: (path: string, size: number, changed: number) => void): number {
    let count = 0;
    for (const name of FS.readdir(folder) as string[]) {
      if (name === "." || name === "..") continue;
      const path = `${folder}/${name}`;
      const stat = FS.lstat(path) as { mode: number; size: number; mtime: Date };
      count += 1;
      if (FS.isDir(stat.mode)) count += walk(path, each);
      else if (FS.isFile(stat.mode)) each(path, stat.size, stat.mtime.getTime());
    }
    return count;
  }
  function measure() {
    let total = 0;
    let count = 0;
    for (const folder of [...roots, "/data/files", "/tmp", "/home"]) {
      count += walk(folder, (_, size) => {
        total += size;
      });
    }
    return { bytes: total, nodes: count };
  }

  const known = new Map<string, string>();
  return {
    /** Writes a file that the server sends. */
    put(path: string, content: Uint8Array) {
      FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
      FS.writeFile(path, content);
      const stat = FS.lstat(path) as { size: number; mtime: Date };
      known.set(path, `${stat.size} ${stat.mtime.getTime()}`);
    },
    /** Removes a file that the server no longer has. */
    remove(path: string) {
      known.delete(path);
      if (FS.analyzePath(path, true).exists) FS.unlink(path);
    },
    limit(next: GuestLimits) {
      const there = measure();
      bytes = there.bytes;
      nodes = there.nodes;
      limits = next;
    },
    /**
     * Passes on what was made or changed in the working folder and in /data/out since the last time, and null for what is gone.
     * @returns why something was left out
     */
    collect(each: (path: string, content: Uint8Array | null) => void): string | undefined {
      let problem: string | undefined;
      const there = new Set<string>();
      for (const root of roots) {
        walk(root, (path, size, changed) => {
          there.add(path);
          const mark = `${size} ${changed}`;
          if (known.get(path) === mark) return;
          if (there.size > limits.files) problem = `More than ${limits.files} files; the others were not kept.`;
          else if (size > limits.fileBytes) problem = `${path} is larger than a file may be and was not kept.`;
          else {
            each(path, FS.readFile(path) as Uint8Array);
            known.set(path, mark);
          }
        });
      }
      for (const path of known.keys()) {
        if (there.has(path) || path.startsWith("/data/files/")) continue;
        known.delete(path);
        each(path, null);
      }
      return problem;
    },
  };
}
