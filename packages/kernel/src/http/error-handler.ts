import { errorTable } from "@mindmesh/contracts/errors";
import type { FastifyError, FastifyInstance } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { databaseErrorIn } from "../db/index.ts";
import { AppError } from "../errors/index.ts";

// What Fastify itself refuses, in our words.
const fastifyCodes: Record<string, AppError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: new AppError("too_large"),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new AppError("unsupported_type"),
  FST_ERR_CTP_EMPTY_JSON_BODY: new AppError("bad_request", { message: "The body is empty; send JSON." }),
  FST_ERR_CTP_INVALID_JSON_BODY: new AppError("bad_request", { message: "The body is not valid JSON." }),
};

// What the system and PostgreSQL refuse for reasons outside this server.
const outsideCodes: Record<string, AppError["code"]> = {
  ENOSPC: "storage_full",
  ECONNREFUSED: "unavailable",
  "53100": "storage_full", // the disk is full
  "53300": "unavailable", // too many connections
  "57P01": "unavailable", // an administrator shuts it down
  "57P02": "unavailable", // it starts again after a crash
  "57P03": "unavailable", // it cannot be connected to yet
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
  const outside = outsideCodes[databaseErrorIn(error)?.code ?? code ?? ""];
  if (outside) return new AppError(outside, { cause: error });
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
