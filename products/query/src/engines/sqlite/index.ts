import type { Engine, FileTarget } from "../engine.ts";
import { ConnectionFailure } from "../engine.ts";
import { openFileSession } from "../child/file-session.ts";

/** One value of 200 MB is read whole before it is cut: SQLite's copy and V8's stand side by side. */
const memoryBytes = 1024 * 2 ** 20;

/** SQLite files, each session in a process of its own. */
export const sqliteEngine: Engine<FileTarget> = {
  async open(target, { signal }) {
    const [file, ...others] = target.files;
    if (file === undefined || others.length > 0) {
      throw new ConnectionFailure(
        "file",
        "A SQLite connection has one file. Add the others as connections of their own.",
      );
    }
    return openFileSession(
      {
        engine: "sqlite",
        program: new URL("./sqlite.child.ts", import.meta.url),
        nativeCode: false,
        memoryBytes,
        path: file.path,
        scratch: target.scratch,
        store: target.store,
        whyNotWritten: target.whyNotWritten,
        release: target.release,
      },
      signal,
    );
  },
};
