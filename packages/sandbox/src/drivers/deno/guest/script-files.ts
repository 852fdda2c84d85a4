import type { GuestLimits } from "../messages.ts";

const roots = ["/data/work", "/data/files", "/data/out"];

/** The files of a run of JavaScript: bytes by path, in the memory of the guest. Nothing here touches the host's disk. */
export function scriptFiles() {
  const content = new Map<string, Uint8Array>();
  const changed = new Set<string>();
  let limits: GuestLimits = { outputBytes: 0, diskBytes: 2 ** 40, files: 1e6, fileBytes: 2 ** 40 };
  let bytes = 0;

  /** `/data/...` without dots; other paths count from /data/work. */
  function locate(path: string, from = "/data/work"): string {
    const steps: string[] = [];
    for (const step of (path.startsWith("/") ? path : `${from}/${path}`).split("/")) {
      if (step === "..") steps.pop();
      else if (step !== "" && step !== ".") steps.push(step);
    }
    // The folder "out" of the working folder is /data/out.
    if (steps[0] === "data" && steps[1] === "work" && steps[2] === "out") steps.splice(1, 1);
    return `/${steps.join("/")}`;
  }
  const has = (path: string) => content.has(path) || roots.includes(path) || list(path).length > 0;
  function list(path: string): string[] {
    const folder = `${locate(path)}/`;
    const names = new Set<string>();
    for (const each of content.keys())
      if (each.startsWith(folder)) names.add(each.slice(folder.length).split("/")[0] ?? "");
    return [...names].sort();
  }

  return {
    list,
    exists: (path: string) => has(locate(path)),
    read(path: string): Uint8Array {
      const found = content.get(locate(path));
      if (!found) throw new Error(`ENOENT: no such file, open '${path}'`);
      return found;
    },
    text(path: string): string | undefined {
      const found = content.get(path);
      return found && new TextDecoder().decode(found);
    },
    /** The file that an import means: with its ending, or with one of those that may be left out. */
    resolveModule(base: string, name: string): string {
      const path = name.startsWith(".") ? locate(name, base.slice(0, base.lastIndexOf("/"))) : locate(name);
      const endings = ["", ".ts", ".mts", ".js", ".mjs", "/index.ts", "/index.js"];
      return endings.map((ending) => path + ending).find((each) => content.has(each)) ?? name;
    },
    write(path: string, data: Uint8Array) {
      const place = locate(path);
      const root = roots.find((each) => place.startsWith(`${each}/`));
      if (root === undefined || root === "/data/files")
        throw new Error(`EACCES: only /data/work and /data/out can be written, open '${path}'`);
      const before = content.get(place)?.length ?? 0;
      if (data.length > limits.fileBytes) throw new Error(`EFBIG: the file is larger than allowed, write '${path}'`);
      if (bytes - before + data.length > limits.diskBytes || (!content.has(place) && content.size >= limits.files)) {
        throw new Error(`ENOSPC: no space left, write '${path}'`);
      }
      bytes += data.length - before;
      content.set(place, data);
      changed.add(place);
    },
    remove(path: string) {
      const place = locate(path);
      const before = content.get(place);
      if (!before || place.startsWith("/data/files/")) throw new Error(`ENOENT: no such file, unlink '${path}'`);
      bytes -= before.length;
      content.delete(place);
      changed.add(place);
    },
    /** Takes a file that the server sends. */
    put(path: string, data: Uint8Array) {
      bytes += data.length - (content.get(path)?.length ?? 0);
      content.set(path, data);
    },
    /** Removes a file that the server no longer has. */
    take(path: string) {
      bytes -= content.get(path)?.length ?? 0;
      content.delete(path);
    },
    limit(next: GuestLimits) {
      limits = next;
    },
    /** Passes on what changed since the last time, and null for what is gone. */
    collect(each: (path: string, data: Uint8Array | null) => void): undefined {
      for (const path of changed) each(path, content.get(path) ?? null);
      changed.clear();
    },
  };
}
