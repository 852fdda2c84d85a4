import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { AppError } from "@mindmesh/kernel/errors";
import type { FastifyInstance } from "fastify";
import helmet from "helmet";

/**
 * Whether a browser's request comes from our own pages: the Origin is the host that was asked, or PUBLIC_URL.
 * `origin` is the header, `host` the Host header of the same request.
 */
export function allowedOrigin(publicUrl: string, origin: string, host: string | undefined): boolean {
  const parsed = URL.parse(origin);
  return parsed !== null && (parsed.host === host || parsed.origin === new URL(publicUrl).origin);
}

/** Content-Security-Policy sources by directive, such as the hashes of what is inline in the built page. */
export type PolicySources = Partial<Record<"script-src" | "style-src", string[]>>;

/** What programs ask for; everything else may be the page. */
const notThePage = /^\/(?:api|v1|mcp|assets|socket\.io)\//;

/**
 * Headers for every answer, and the refusal of requests that change something from another site. `inline` is asked,
 * whenever the page is, for what it may have inline; the same object means the same page.
 */
export function protect(app: FastifyInstance, publicUrl: string, inline: () => PolicySources): void {
  let sources = inline();
  let headers = securityHeaders(publicUrl, sources);
  app.addHook("onRequest", (request, reply, done) => {
    if (!notThePage.test(request.url) && inline() !== sources) {
      sources = inline();
      headers = securityHeaders(publicUrl, sources);
    }
    void reply.headers(headers);
    done();
  });
  app.addHook("onRequest", async (request) => {
    if (["GET", "HEAD", "OPTIONS"].includes(request.method)) return;
    const { origin, host } = request.headers;
    if (origin !== undefined && !allowedOrigin(publicUrl, origin, host)) throw new AppError("cross_site");
    if (origin === undefined && request.headers["sec-fetch-site"] === "cross-site") throw new AppError("cross_site");
  });
}

function securityHeaders(publicUrl: string, inline: PolicySources): Record<string, string> {
  const secure = publicUrl.startsWith("https:");
  return headersOf(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          "default-src": ["'self'"],
          "script-src": ["'self'", ...(inline["script-src"] ?? [])],
          // Style attributes (layout of tables, KaTeX) are set by script through the CSSOM; sheets are files.
          "style-src": ["'self'", ...(inline["style-src"] ?? [])],
          "img-src": ["'self'", "data:", "blob:"],
          "font-src": ["'self'"],
          "connect-src": ["'self'"],
          "worker-src": ["'self'", "blob:"],
          "object-src": ["'none'"],
          "base-uri": ["'none'"],
          "form-action": ["'self'"],
          "frame-ancestors": ["'none'"],
          ...(secure && { "upgrade-insecure-requests": [] }),
        },
      },
      hsts: secure,
      crossOriginEmbedderPolicy: false,
      referrerPolicy: { policy: "same-origin" },
    }),
  );
}

/** Helmet's headers are the same for every answer: they are made once, since making them costs more than most handlers. */
function headersOf(middleware: ReturnType<typeof helmet>): Record<string, string> {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  middleware(response.req, response, (error?: unknown) => {
    if (error) throw error as Error;
  });
  return response.getHeaders() as Record<string, string>;
}
