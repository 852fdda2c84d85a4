import { documentationRoutes } from "@mindmesh/contracts/query/documentation";
import type { Database } from "@mindmesh/kernel/db";
import { implement } from "@mindmesh/kernel/http";
import type { FastifyInstance } from "fastify";
import { compareVersions, describe, keepVersion, listVersions, readDocumentation } from "./read-documentation.ts";
import { toHtml } from "./to-html.ts";
import { toMarkdown } from "./to-markdown.ts";

const forms = {
  markdown: { ending: "md", mediaType: "text/markdown; charset=utf-8" },
  html: { ending: "html", mediaType: "text/html; charset=utf-8" },
  pdf: { ending: "pdf", mediaType: "application/pdf" },
} as const;

/** Registers the HTTP routes of a schema's documentation. */
export function documentationRoutesOn(app: FastifyInstance, { db }: { db: Database }): void {
  implement(app, documentationRoutes, {
    getDocumentation: ({ caller, params, query }) => readDocumentation(db, caller, params.connectionId, query.version),
    describe: ({ caller, params, body }) => describe(db, caller, params.connectionId, body),
    listDocumentationVersions: async ({ caller, params }) => ({
      items: await listVersions(db, caller, params.connectionId),
    }),
    keepDocumentation: ({ caller, params, body, request }) =>
      keepVersion(db, caller, params.connectionId, body.note, request),
    compareDocumentation: async ({ caller, params, query }) => ({
      items: await compareVersions(db, caller, params.connectionId, query.from, query.to),
    }),
    exportDocumentation: async ({ caller, params, query, reply }) => {
      const { connectionName, ...documentation } = await readDocumentation(
        db,
        caller,
        params.connectionId,
        query.version,
      );
      const { ending, mediaType } = forms[query.format];
      void reply.headers({
        "content-type": mediaType,
        // Always a file: what a database holds never becomes a page of this server.
        "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(`${connectionName}.${ending}`)}`,
      });
      if (query.format === "markdown") return toMarkdown(connectionName, documentation);
      if (query.format === "html") return toHtml(connectionName, documentation);
      // Its fonts and their reader take a while to load, and most people never ask.
      const { toPdf } = await import("./to-pdf.ts");
      return toPdf(connectionName, documentation);
    },
  });
}
