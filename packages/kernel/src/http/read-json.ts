import { isUtf8 } from "node:buffer";
import type { FastifyInstance } from "fastify";
import { AppError } from "../errors/index.ts";

/** Reads bodies of JSON; bytes that are no UTF-8 are refused, where Fastify would silently put other characters. */
export function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => {
    if (isUtf8(body as Buffer)) return parse(request, body.toString(), done);
    done(new AppError("bad_request", { message: "The body is not valid UTF-8." }));
  });
}
