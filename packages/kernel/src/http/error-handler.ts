import { errorTable } from "@mindmesh/contracts/errors";
import type { FastifyError, FastifyInstance } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { AppError } from "../errors/index.ts";

// What Fastify itself refuses, in our words.
const fastifyCodes: Record<string, AppError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: new AppError("too_large"),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new AppError("unsupported_type"),
  FST_ERR_CTP_EMPTY_JSON_BODY: new AppError("bad_request", { message: "The body is empty; send JSON." }),
  FST_ERR_CTP_INVALID_JSON_BODY: new AppError("bad_request", { message: "The body is not valid JSON." }),
};

/** Turns anything that was thrown into the one error shape; no stack or internal text leaves the server. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const fields: Record<string, string> = {};
    for (const issue of error.validation) {
      fields[issue.instancePath.replace(/^\//, "").replaceAll("/", ".") || "body"] ??= issue.message ?? "Is not right.";
    }
    return new AppError("invalid_fields", { fields, cause: error });
  }
  const { code, statusCode } = (error ?? {}) as Partial<FastifyError>;
  const known = code === undefined ? undefined : fastifyCodes[code];
  if (known) return known;
  // PostgreSQL: disk full; its own resources exhausted or shutting down.
  if (code === "53100" || code === "ENOSPC") return new AppError("storage_full", { cause: error });
  if (code === "57P01" || code === "57P03" || code === "53300" || code === "ECONNREFUSED") {
    return new AppError("unavailable", { cause: error });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    const match = Object.entries(errorTable).find(([, entry]) => entry.status === statusCode);
    return new AppError((match?.[0] as AppError["code"] | undefined) ?? "bad_request", { cause: error });
  }
  return new AppError("internal", { cause: error });
}

/** Installs the error and not-found answers. */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const appError = toAppError(error);
    if (appError.status >= 500) request.log.error({ err: error }, appError.message);
    else request.log.info({ code: appError.code }, "refused");
    if (appError.retryAfterSeconds !== undefined) void reply.header("retry-after", appError.retryAfterSeconds);
    return reply.status(appError.status).send(appError.body(request.id));
  });
}
