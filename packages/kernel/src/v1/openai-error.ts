import type { ErrorCode } from "@mindmesh/contracts/errors";
import { type FailureKind, ModelFailed } from "../ai/index.ts";
import { AppError } from "../errors/index.ts";
import { toAppError } from "../http/index.ts";

/** The body of a refusal, as OpenAI's clients read it. */
export interface OpenAiError {
  message: string;
  type: string;
  param: string | null;
  code: string | null;
}

export interface Refusal {
  status: number;
  error: OpenAiError;
  retryAfterSeconds: number | undefined;
  /** Whether the same request may succeed shortly; OpenAI's clients obey it. */
  shouldRetry: boolean;
}

/** What a provider's failure is to whoever called us: their own mistake, a matter of time, or a fault behind us. */
const statusOfFailure: Partial<Record<FailureKind, number>> = {
  bad_request: 400,
  unknown_model: 404,
  too_many: 429,
  overloaded: 503,
  circuit_open: 503,
  timeout: 504,
};

/** `messages[0].content` of `messages.0.content`. */
function paramOf(error: AppError): string | null {
  const [path] = Object.keys(error.fields ?? {});
  if (path === undefined || path === "body") return null;
  return path.replaceAll(/\.(\d+)(?=\.|$)/g, "[$1]");
}

function typeOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 402) return "insufficient_quota";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}

/** Whatever was thrown in OpenAI's form. */
export function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof Refused) return thrown.refusal;
  const error = toAppError(thrown);
  const { retryAfterSeconds } = error;
  if (error instanceof ModelFailed) {
    const status = statusOfFailure[error.kind] ?? 502;
    const { message, kind } = error;
    const code = kind === "unknown_model" ? "model_not_found" : kind;
    return {
      status,
      error: { message, type: typeOf(status), param: null, code },
      retryAfterSeconds,
      shouldRetry: error.isTransient && !error.interrupted,
    };
  }
  // The SDKs know 400 for a body that is not right, and take a model that cannot be had for one that does not exist.
  const status = error.code === "invalid_fields" ? 400 : error.status;
  const param = paramOf(error);
  const message = param === null ? (error.fields?.["body"] ?? error.message) : `${param}: ${firstOf(error)}`;
  const code = error.code === "not_signed_in" ? "invalid_api_key" : error.code;
  return {
    status,
    error: { message, type: typeOf(status), param, code },
    retryAfterSeconds,
    shouldRetry: status === 429 || status >= 500,
  };
}

function firstOf(error: AppError): string {
  return Object.values(error.fields ?? {})[0] ?? error.message;
}

/** A model that the caller cannot use. */
export function modelNotFound(asked: string, names: readonly string[]): Refused {
  const shown = names.slice(0, 50);
  const rest = names.length - shown.length;
  const list =
    shown.length === 0 ? "there is none yet; an admin can add a key under Settings, Models" : shown.join(", ");
  return new Refused("not_found", {
    status: 404,
    error: {
      message: `The model "${asked}" does not exist here. What exists: ${list}${rest > 0 ? `, and ${rest} more (GET /v1/models)` : ""}.`,
      type: "invalid_request_error",
      param: "model",
      code: "model_not_found",
    },
    retryAfterSeconds: undefined,
    shouldRetry: false,
  });
}

/** Thrown where a refusal is ready-made. */
export class Refused extends AppError {
  readonly refusal: Refusal;

  constructor(code: ErrorCode, refusal: Refusal) {
    super(code, { message: refusal.error.message });
    this.refusal = refusal;
  }
}

/** A field that is understood and cannot be served. */
export function unsupported(param: string, message: string, code = "unsupported_value"): Refused {
  return new Refused("bad_request", {
    status: 400,
    error: { message: `${param}: ${message}`, type: "invalid_request_error", param, code },
    retryAfterSeconds: undefined,
    shouldRetry: false,
  });
}
