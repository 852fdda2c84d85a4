import { once } from "node:events";
import { copyFile, mkdtemp, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Writable } from "node:stream";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { Catalog } from "@mindmesh/contracts/query/catalog";
import { type Session, StatementFailure } from "../engine.ts";
import { expectAccess } from "../access.ts";
import { answerOf } from "./answer-of.ts";
import { type Child, startChild } from "./start-child.ts";

export interface FileDatabase {
  engine: EngineKind;
  program: URL;
  nativeCode: boolean;
  memoryBytes: number;
  /** The database, which nobody writes to. */
  path: string;
  /** A folder for what the session has to put down; made and removed by who opens it. */
  scratch: string;
  /** Keeps a changed copy as the file's next version; null: the file cannot be written. @throws when it was changed meanwhile */
  store: ((path: string) => Promise<void>) | null;
  /** Why `store` is null, in words for the person who wants to write. */
  whyNotWritten: string;
  /** Let go of what was made for the session. */
  release(): Promise<void>;
}

const openMilliseconds = 30_000;
const planMilliseconds = 30_000;
/** An introspection has its own signal; this only ends one that hangs. */
const introspectMilliseconds = 600_000;

const drained = (into: Writable, signal: AbortSignal) => once(into, "drain", { signal });

/**
 * A session on a database file, held by a child process. A statement that is stopped takes the child with it; the next one
 * gets a new child.
 * @throws ConnectionFailure
 */
export async function openFileSession(file: FileDatabase, signal: AbortSignal): Promise<Session> {
  let child: Child | null = null;
  let path = file.path;
  const never = new AbortController().signal;

  async function open(database: string, access: "read" | "write", opening: AbortSignal): Promise<Child> {
    const writable = access === "write" || file.nativeCode ? file.scratch : null;
    const started = startChild({ ...file, writable });
    try {
      const request = { ask: "open", path: database, access, scratch: file.scratch } as const;
      await answerOf(started, request, { milliseconds: openMilliseconds, signal: opening });
      return started;
    } catch (error) {
      await started.kill();
      throw error;
    }
  }

  async function reader(opening: AbortSignal): Promise<Child> {
    if (child === null || !child.isAlive) child = await open(path, "read", opening);
    return child;
  }

  await reader(signal);

  return {
    engine: file.engine,
    report: async () =>
      answerOf(await reader(never), { ask: "report" }, { milliseconds: planMilliseconds, signal: never }),

    async introspect({ signal: ended, progress, samples }): Promise<Catalog> {
      const limits = { milliseconds: introspectMilliseconds, signal: ended };
      return answerOf(await reader(ended), { ask: "introspect", samples }, limits, progress);
    },

    async *run({ statement, parameters, limits, signal: ended, whole }) {
      expectAccess(statement, file.engine, "read");
      const { seconds, rows, bytes } = limits;
      const { sql, hidden } = statement;
      const wanted = whole === undefined ? null : { row: whole.row, column: whole.column };
      const request = { ask: "run", sql, hidden, parameters, rows, bytes, whole: wanted } as const;
      const news = (await reader(ended)).ask(request, { milliseconds: seconds * 1000, signal: ended });
      for await (const one of news) {
        if (one.reply === "part") yield one.part;
        else if (one.reply === "piece" && whole?.into.write(one.text) === false) await drained(whole.into, ended);
      }
    },

    async plan({ statement, parameters, limits, signal: ended, analyze }) {
      expectAccess(statement, file.engine, analyze ? "read" : null);
      const request = { ask: "plan", sql: statement.sql, hidden: statement.hidden, parameters, analyze } as const;
      const milliseconds = analyze ? limits.seconds * 1000 : planMilliseconds;
      return answerOf(await reader(ended), request, { milliseconds, signal: ended });
    },

    async write({ statement, parameters, commit, expectedRows, limits, signal: ended }) {
      expectAccess(statement, file.engine, "write");
      if (file.store === null) throw new StatementFailure("rights", file.whyNotWritten);
      const folder = await mkdtemp(join(file.scratch, "write-"));
      try {
        const copy = join(folder, "database");
        await copyFile(path, copy);
        const writer = await open(copy, "write", ended);
        const asked = { ask: "write", sql: statement.sql, parameters, commit, expectedRows } as const;
        // The child has closed the database when it answers: the file is whole.
        const answer = await answerOf(writer, asked, { milliseconds: limits.seconds * 1000, signal: ended }).finally(
          () => writer.kill(),
        );
        if (commit) {
          await file.store(copy);
          await child?.kill();
          path = join(file.scratch, basename(folder).replace("write-", "version-"));
          await rename(copy, path);
        }
        return answer;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },

    async close() {
      await child?.kill();
      await file.release();
    },
  };
}
