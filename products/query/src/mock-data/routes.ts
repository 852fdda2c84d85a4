import { Readable } from "node:stream";
import { mockDataRoutes } from "@mindmesh/contracts/query/mock-data";
import { actorOf } from "@mindmesh/kernel/audit";
import { AppError } from "@mindmesh/kernel/errors";
import { implement } from "@mindmesh/kernel/http";
import type { FastifyInstance } from "fastify";
import { findProblems } from "./find-problems.ts";
import { makeMockRows } from "./mock-rows.ts";
import { cancelMockRun, listMockRuns, type MockRunDependencies, startMockRun } from "./mock-runs.ts";
import { connectionWithCatalog, planForTables } from "./plan-for-tables.ts";
import { previewRows } from "./preview-rows.ts";
import { csvOfTable, sqlScript } from "./write-script.ts";

/** Registers the routes of made-up rows. */
export function mockDataRoutesOn(app: FastifyInstance, dependencies: MockRunDependencies): void {
  const { db } = dependencies;
  implement(app, mockDataRoutes, {
    suggestMockPlan: ({ caller, params, body }) => planForTables(db, caller, params.connectionId, body),
    previewMockData: async ({ caller, params, body }) => {
      const { catalog } = await connectionWithCatalog(db, caller, params.connectionId);
      return previewRows(body, catalog.tables);
    },
    exportMockData: async ({ caller, params, body, reply }) => {
      const { row, catalog } = await connectionWithCatalog(db, caller, params.connectionId);
      const { plan, format, table } = body;
      const [problem] = findProblems(plan, catalog.tables);
      if (problem) {
        throw new AppError("invalid_fields", {
          fields: { plan: `${problem.table.name}, ${problem.part}: ${problem.reason}` },
        });
      }
      if (format === "csv" && table === null)
        throw new AppError("invalid_fields", { fields: { table: "Say of which table." } });
      const parts = makeMockRows(plan, catalog.tables);
      const text = format === "sql" || table === null ? sqlScript(row.engine, parts) : csvOfTable(table, parts);
      void reply.header("content-type", `${format === "csv" ? "text/csv" : "application/sql"}; charset=utf-8`);
      void reply.header("content-disposition", `attachment; filename="mock-data.${format}"`);
      return Readable.from(inTurn(text));
    },
    startMockRun: ({ caller, params, body, request }) =>
      startMockRun(dependencies, caller, actorOf(request), params.connectionId, body),
    listMockRuns: async ({ caller, params }) => ({ items: await listMockRuns(db, caller, params.connectionId) }),
    cancelMockRun: ({ caller, params }) => cancelMockRun(dependencies, caller, params),
  });
}

/** Lets the server answer others between two pieces. */
async function* inTurn(text: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const piece of text) {
    yield piece;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
