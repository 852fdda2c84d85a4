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

/** What is never the page; everything else may be. */
const notThePage = /^\/(?:api|v1|mcp|assets|socket\.io)\//;

/** Where only programs ask, and what a browser might make of an answer is nothing. */
const forPrograms = "/v1/";

/**
 * Headers for every answer, and the refusal of requests that change something from another site. `inline` is asked,
 * whenever the page is, for what it may have inline; the same object means the same page. Answers to programs have only
 * the headers that mean something for data: a dozen more for the page cost more than most of what the server does for them.
 */
export function protect(app: FastifyInstance, publicUrl: string, inline: () => PolicySources): void {
  let sources = inline();
  let headers = securityHeaders(publicUrl, sources);
  const programHeaders = headersForPrograms(publicUrl);
  app.addHook("onRequest", (request, reply, done) => {
    void reply.header("x-request-id", request.id);
    if (request.url.startsWith(forPrograms)) {
      void reply.headers(programHeaders);
      return done();
    }
    if (!notThePage.test(request.url) && inline() !== sources) {
      sources = inline();
      headers = securityHeaders(publicUrl, sources);
    }
    void reply.headers(headers);
    done();
  });
  app.addHook("onRequest", (request, _reply, done) => {
    if (["GET", "HEAD", "OPTIONS"].includes(request.method)) return done();
    const { origin, host } = request.headers;
    const isForeign =
      origin === undefined
        ? request.headers["sec-fetch-site"] === "cross-site"
        : !allowedOrigin(publicUrl, origin, host);
    done(isForeign ? new AppError("cross_site") : undefined);
  });
}

function headersForPrograms(publicUrl: string): Record<string, string> {
  return {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    ...(publicUrl.startsWith("https:") && { "strict-transport-security": "max-age=31536000; includeSubDomains" }),
  };
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
