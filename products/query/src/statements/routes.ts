import { Readable } from "node:stream";
import { statementRoutes, type StatementPart } from "@mindmesh/contracts/query/statements";
import { actorOf } from "@mindmesh/kernel/audit";
import { AppError } from "@mindmesh/kernel/errors";
import { implement, tenantOf } from "@mindmesh/kernel/http";
import type { FastifyInstance, FastifyReply } from "fastify";
import { cancelStatement } from "./cancel-statement.ts";
import { type ExportedFile, exportResult } from "./export/export-result.ts";
import { readValue } from "./read-value.ts";
import { findStatement, listStatements, readStatement } from "./read-statements.ts";
import { pickRows, storedBlock } from "./read-result.ts";
import { type RunDependencies, runStatement } from "./run-statement.ts";
import { confirmWrite, previewWrite } from "./write-statement.ts";

const beatMilliseconds = 10_000;

/** Registers the HTTP routes of statements and their results. */
export function statementRoutesOn(app: FastifyInstance, dependencies: RunDependencies): void {
  const { db } = dependencies;
  implement(app, statementRoutes, {
    runStatement: async ({ caller, params, body, request, reply }) => {
      const ask = { ...body, connectionId: params.connectionId, origin: "person" } as const;
      const { parts } = await runStatement(dependencies, caller, actorOf(request), ask);
      void reply.headers({
        "content-type": "application/x-ndjson; charset=utf-8",
        "cache-control": "no-store",
        // A proxy that gathers the answer would show the first rows with the last.
        "x-accel-buffering": "no",
      });
      return Readable.from(linesOf(parts), { objectMode: false });
    },
    previewWrite: ({ caller, params, body, request }) =>
      previewWrite(dependencies, caller, actorOf(request), { ...body, connectionId: params.connectionId }),
    confirmWrite: ({ caller, params, body, request }) =>
      confirmWrite(dependencies, caller, actorOf(request), { ...body, statementId: params.statementId }),
    listStatements: ({ caller, query }) => listStatements(db, caller, query),
    getStatement: ({ caller, params }) => readStatement(db, caller, params.statementId),
    readResultBlock: async ({ caller, params, reply }) => {
      const row = await db.withWorkspace(tenantOf(caller), (tx) => findStatement(tx, caller, params.statementId));
      const content = await storedBlock(db, row, params.firstRow);
      if (!content) throw new AppError("not_found", { message: "These rows are not kept any more. Run it again." });
      void reply.headers({
        "content-type": "application/json; charset=utf-8",
        "content-encoding": "gzip",
        // A block never changes; the browser may keep it as long as the server does.
        "cache-control": "private, max-age=3600, immutable",
        vary: "cookie, authorization",
      });
      return content;
    },
    pickResultRows: async ({ caller, params, body }) => {
      const row = await db.withWorkspace(tenantOf(caller), (tx) => findStatement(tx, caller, params.statementId));
      return pickRows(db, row, body.rows);
    },
    exportResult: async ({ caller, params, query, reply }) => {
      const row = await db.withWorkspace(tenantOf(caller), (tx) => findStatement(tx, caller, params.statementId));
      return attached(reply, await exportResult(db, row, query));
    },
    readValue: async ({ caller, params, body, request, reply }) => {
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      const ask = { statementId: params.statementId, ...body, signal: gone.signal };
      return attached(reply, await readValue(dependencies, caller, actorOf(request), ask));
    },
    cancelStatement: ({ caller, params }) => cancelStatement(dependencies, caller, params.statementId),
  });
}

/** Sends a file that the browser keeps and does not show. */
function attached(reply: FastifyReply, { name, mediaType, content }: ExportedFile) {
  void reply.headers({
    "content-type": mediaType,
    "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    "cache-control": "no-store",
  });
  return content;
}

/** The parts as lines; with one that says nothing where none comes for a while. */
async function* linesOf(parts: AsyncIterable<StatementPart>): AsyncGenerator<string> {
  const iterator = parts[Symbol.asyncIterator]();
  for (;;) {
    const next = iterator.next();
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const beat = new Promise<null>((resolve) => {
        timer = setTimeout(() => resolve(null), beatMilliseconds);
      });
      const item = await Promise.race([next, beat]).finally(() => clearTimeout(timer));
      if (item === null) yield `${JSON.stringify({ type: "beat" } satisfies StatementPart)}\n`;
      else if (item.done) return;
      else {
        yield `${JSON.stringify(item.value)}\n`;
        break;
      }
    }
  }
}
