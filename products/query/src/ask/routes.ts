import type { AskLine } from "@mindmesh/contracts/query/ask";
import { askRoutes } from "@mindmesh/contracts/query/ask";
import { explainRoutes } from "@mindmesh/contracts/query/explain";
import { glossaryRoutes } from "@mindmesh/contracts/query/glossary";
import { optimiseRoutes } from "@mindmesh/contracts/query/optimise";
import { errorTable } from "@mindmesh/contracts/errors";
import { AppError } from "@mindmesh/kernel/errors";
import { implement } from "@mindmesh/kernel/http";
import type { Logger } from "@mindmesh/kernel/observe";
import type { FastifyInstance, FastifyReply } from "fastify";
import { explainStatement } from "../explain/explain-statement.ts";
import { createTerm, deleteTerm, listTerms, updateTerm } from "../glossary/terms.ts";
import { optimiseStatement } from "../optimise/optimise-statement.ts";
import { readHealth } from "../optimise/read-health.ts";
import { type AskDependencies, askQuestion } from "./ask-question.ts";
import { deleteExample, listExamples, rateTurn } from "./examples.ts";
import { loadContext } from "./load-context.ts";
import { deleteTurn, listTurns } from "./turns.ts";

export interface IntelligenceDependencies extends AskDependencies {
  log: Logger;
}

/** Registers the routes about asking, explaining, optimising and the glossary. */
export function intelligenceRoutesOn(app: FastifyInstance, dependencies: IntelligenceDependencies): void {
  const { db } = dependencies;
  implement(app, glossaryRoutes, {
    listTerms: async ({ caller, params }) => ({ items: await listTerms(db, caller, params.connectionId) }),
    createTerm: ({ caller, params, body }) => createTerm(db, caller, params.connectionId, body),
    updateTerm: ({ caller, params, body }) => updateTerm(db, caller, params, body),
    deleteTerm: ({ caller, params }) => deleteTerm(db, caller, params),
  });
  implement(app, explainRoutes, {
    explainStatement: ({ caller, params, body, reply }) =>
      explainStatement(dependencies, caller, params.connectionId, body, whenClosed(reply)),
  });
  implement(app, optimiseRoutes, {
    optimiseStatement: ({ caller, params, body, reply }) =>
      optimiseStatement(dependencies, caller, params.connectionId, body.sql, whenClosed(reply)),
    readHealth: ({ caller, params }) => readHealth(db, caller, params.connectionId),
  });
  implement(app, askRoutes, {
    async askQuestion({ caller, params, body, reply }) {
      // What is not allowed or not there is an ordinary answer; what comes later is a line.
      await loadContext(db, caller, params.connectionId);
      const signal = whenClosed(reply);
      reply.hijack();
      const write = (line: AskLine) => reply.raw.write(`${JSON.stringify(line)}\n`);
      reply.raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        "content-type": "application/x-ndjson",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
      });
      try {
        const step = (each: Extract<AskLine, { type: "step" }>["step"], text: string) =>
          write({ type: "step", step: each, text });
        write({
          type: "turn",
          ...(await askQuestion(dependencies, caller, params.connectionId, body, { signal, step })),
        });
      } catch (error) {
        if (!signal.aborted) write(failureLine(error, dependencies.log));
      } finally {
        reply.raw.end();
      }
    },
    listTurns: ({ caller, params, query }) => listTurns(db, caller, params.connectionId, query),
    deleteTurn: ({ caller, params }) => deleteTurn(db, caller, params.connectionId, params.turnId),
    rateTurn: ({ caller, params, body }) => rateTurn(db, caller, params, body),
    listExamples: async ({ caller, params }) => ({ items: await listExamples(db, caller, params.connectionId) }),
    deleteExample: ({ caller, params }) => deleteExample(db, caller, params.connectionId, params.exampleId),
  });
}

/** Aborted when the client closes before the answer is whole. */
function whenClosed({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

function failureLine(error: unknown, log: Logger): AskLine {
  if (error instanceof AppError) return { type: "failure", code: error.code, message: error.message };
  log.error({ err: error }, "a question failed");
  return { type: "failure", code: "internal", message: errorTable.internal.message };
}
