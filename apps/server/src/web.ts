import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import { AppError } from "@mindmesh/kernel/errors";
import type { FastifyInstance } from "fastify";

const folder = join(import.meta.dirname, "../../web/dist");

/** Serves the built page, compressed ahead of time; every path that is not a file is the page itself. */
export async function serveWeb(app: FastifyInstance): Promise<void> {
  const built = existsSync(join(folder, "index.html"));
  if (built) {
    await app.register(fastifyStatic, {
      root: folder,
      preCompressed: true,
      wildcard: false,
      index: false,
      setHeaders: (reply, path) => {
        const hashed = /[\\/]assets[\\/]/.test(path);
        void reply.header("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === "GET" && !/^\/(api|socket\.io|assets|v1)\//.test(request.url);
    if (built && wantsPage) return reply.header("cache-control", "no-cache").sendFile("index.html");
    const error = new AppError("not_found");
    return reply.status(error.status).send(error.body(request.id));
  });
}
