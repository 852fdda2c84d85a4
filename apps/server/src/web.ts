import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import { AppError } from "@mindmesh/kernel/errors";
import type { FastifyInstance } from "fastify";
import type { PolicySources } from "./security.ts";

const pageFolder = join(import.meta.dirname, "../../web/dist");

/** For the sandboxed frame that draws diagrams: Mermaid measures with <style> elements, and reaches nothing else. */
const diagramPolicy =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-scripts";

/**
 * What is inline in the built page, as its build has written it down: allowed by hash, and nothing else is. A page that
 * is built anew while the server runs is known from its first request on.
 */
export function inlineOfPage(folder = pageFolder): () => PolicySources {
  const file = join(folder, "policy.json");
  let known: PolicySources = {};
  let builtAt = 0;
  return () => {
    const now = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (now !== builtAt) {
      try {
        known = now === 0 ? {} : (JSON.parse(readFileSync(file, "utf8")) as PolicySources);
        builtAt = now;
      } catch {
        // It is being written at this moment: the next request reads it.
      }
    }
    return known;
  };
}

/** Serves the built page, compressed ahead of time; every path that is not a file is the page itself. */
export async function serveWeb(app: FastifyInstance, folder = pageFolder): Promise<void> {
  const built = existsSync(join(folder, "index.html"));
  if (built) {
    await app.register(fastifyStatic, {
      root: folder,
      preCompressed: true,
      // Looked up at each request: the files of a page that is built anew are there at once.
      wildcard: true,
      index: "index.html",
      setHeaders: (reply, path) => {
        // The path may end with .br or .gz: the file as it was compressed ahead of time.
        if (/[\\/]diagram\.html(?:\.\w+)?$/.test(path)) {
          void reply.header("content-security-policy", diagramPolicy).removeHeader("origin-agent-cluster");
        }
        // The frame that draws diagrams has no origin, so even our own scripts are another's to it.
        if (/\.js(?:\.\w+)?$/.test(path)) void reply.header("access-control-allow-origin", "*");
        const hashed = /[\\/]assets[\\/]/.test(path);
        void reply.header("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const wantsPage =
      request.method === "GET" && !/^\/(api|socket\.io|assets|v1|oauth|\.well-known)\//.test(request.url);
    // Nothing is given back: Fastify would wait for the answer's end twice, with four listeners more on its socket.
    if (built && wantsPage) {
      void reply.header("cache-control", "no-cache").sendFile("index.html");
      return;
    }
    const error = new AppError("not_found");
    void reply.status(error.status).send(error.body(request.id));
  });
}
