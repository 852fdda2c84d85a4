import { APICallError, UnsupportedFunctionalityError } from "@ai-sdk/provider";
import { OutboundRefused, RedirectRefused } from "../outbound/index.ts";
import { BadAnswer, EndedEarly, ErrorInStream, ProviderRefused, TookTooLong } from "./provider-errors.ts";

export type FailureKind =
  | "wrong_key"
  | "no_permission"
  | "no_credit"
  | "unknown_model"
  | "bad_request"
  | "too_many"
  | "overloaded"
  | "unreachable"
  | "refused_address"
  | "timeout"
  | "bad_answer"
  | "cut"
  | "circuit_open";

/** What went wrong with a provider, ready to be shown. */
export interface Failure {
  kind: FailureKind;
  /** Whole sentences with the provider's own reason; never a key, never a stack. */
  message: string;
  /** Whether the same request may succeed shortly. */
  isTransient: boolean;
  /** As the provider asked. */
  retryAfterSeconds: number | null;
}

const longestReason = 400;

/** The provider's own words from a body or an error object, on one line. */
function reasonIn(value: unknown): string | null {
  if (typeof value === "string") {
    const text = value.replaceAll(/[\p{Cc}\s]+/gu, " ").trim();
    if (text === "" || text.startsWith("<")) return null;
    return text.length > longestReason ? `${text.slice(0, longestReason)}…` : text;
  }
  if (Array.isArray(value)) return reasonIn(value[0]);
  if (typeof value !== "object" || value === null) return null;
  const record = value as Record<string, unknown>;
  for (const field of ["message", "error", "detail", "msg", "error_description"]) {
    const reason = field in record ? reasonIn(record[field]) : null;
    if (reason !== null) return reason;
  }
  return null;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}

/** Seconds from `retry-after` (seconds or a date), `retry-after-ms`, or Google's RetryInfo in the body. */
function retryAfter(headers: Headers, body: string): number | null {
  const milliseconds = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (milliseconds >= 0) return Math.ceil(milliseconds / 1000);
  const given = headers.get("retry-after");
  if (given !== null) {
    const seconds = Number(given);
    if (seconds >= 0) return Math.ceil(seconds);
    const until = Date.parse(given);
    if (!Number.isNaN(until)) return Math.max(0, Math.ceil((until - Date.now()) / 1000));
  }
  const delay = /"retryDelay":\s*"(\d+(?:\.\d+)?)s"/.exec(body)?.[1];
  return delay === undefined ? null : Math.ceil(Number(delay));
}

function sentence(text: string, reason: string | null): string {
  if (reason === null) return `${text}.`;
  return `${text}: ${reason}${/[.!?…]$/.test(reason) ? "" : "."}`;
}

function explainStatus(label: string, status: number, body: string, headers: Headers): Failure {
  const reason = reasonIn(parsed(body));
  const retryAfterSeconds = retryAfter(headers, body);
  const failure = (kind: FailureKind, text: string, isTransient = false): Failure => ({
    kind,
    message: sentence(text, reason),
    isTransient,
    retryAfterSeconds,
  });
  if (/insufficient_quota|credit balance|PerDay|(?:daily|weekly|monthly) quota/i.test(body) || status === 402) {
    return failure("no_credit", `The account behind the key for ${label} has no credit or quota left`);
  }
  if (status === 401 || /invalid.api.key|API key not valid|API_KEY_INVALID/i.test(body)) {
    return failure("wrong_key", `${label} does not accept the API key`);
  }
  if (status === 403) return failure("no_permission", `${label} does not allow this with the API key`);
  if (status === 404) return failure("unknown_model", `${label} does not know this model or address`);
  if (status === 429) return failure("too_many", `${label} has had too many requests with this key`, true);
  if (status === 408 || status === 409 || status === 425)
    return failure("overloaded", `${label} could not answer`, true);
  if (status < 500) return failure("bad_request", `${label} refused the request`);
  if (status === 503 || status === 529) return failure("overloaded", `${label} is overloaded`, true);
  return failure("overloaded", `${label} has an error of its own (${status})`, true);
}

const statusOfType: Record<string, number> = {
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  invalid_request_error: 400,
  request_too_large: 413,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  overloaded_error: 529,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  INVALID_ARGUMENT: 400,
  RESOURCE_EXHAUSTED: 429,
  UNAVAILABLE: 503,
};

/** An error inside of a stream has no HTTP status of its own; its type or code says as much. */
function statusInside(value: unknown): number {
  if (typeof value !== "object" || value === null) return 500;
  const { error, type, code, status } = value as Record<string, unknown>;
  for (const each of [status, code, type]) {
    if (typeof each === "number" && each >= 400 && each < 600) return each;
    const known = typeof each === "string" ? statusOfType[each] : undefined;
    if (known !== undefined) return known;
  }
  return typeof error === "object" ? statusInside(error) : 500;
}

/** SDK errors about something that was not understood carry it along. */
function contentOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (APICallError.isInstance(error)) return error.data ?? parsed(error.responseBody ?? error.message);
  const { value, text } = error as Error & { value?: unknown; text?: unknown };
  const inside = value ?? (typeof text === "string" ? parsed(text) : undefined);
  return typeof inside === "object" && inside !== null && ("error" in inside || "message" in inside) ? inside : null;
}

const networkReasons: Record<string, string> = {
  ECONNREFUSED: "nothing listens at its address",
  ECONNRESET: "it closed the connection",
  EPIPE: "it closed the connection",
  UND_ERR_SOCKET: "it closed the connection",
  ENOTFOUND: "its name is not known",
  EAI_AGAIN: "its name could not be looked up",
  ETIMEDOUT: "it does not respond",
  UND_ERR_CONNECT_TIMEOUT: "it does not respond",
  UND_ERR_HEADERS_TIMEOUT: "it does not respond",
  UND_ERR_BODY_TIMEOUT: "it does not respond",
  EHOSTUNREACH: "there is no way to its address",
  ENETUNREACH: "there is no way to its address",
  HPE_INVALID_CONSTANT: "it does not speak HTTP",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS; try http:// in the base URL",
};

function networkReason(code: string): string | null {
  const known = networkReasons[code];
  if (known !== undefined) return known;
  if (code.startsWith("HPE_")) return "it does not speak HTTP";
  if (/CERT|SIGNATURE|SELF_SIGNED|ALTNAME|SSL|TLS/.test(code))
    return `its TLS certificate or connection is not right (${code})`;
  return null;
}

const lateWords: Record<TookTooLong["phase"], string> = {
  first: "did not begin to answer for",
  next: "sent nothing more for",
  whole: "did not send its answer within",
};

const nothingMore = { isTransient: true, retryAfterSeconds: null };

function explain(error: unknown, label: string): Failure | null {
  if (error instanceof ProviderRefused) {
    // Some servers send an error with status 200.
    const status = error.status < 400 ? statusInside(parsed(error.body)) : error.status;
    return explainStatus(label, status, error.body, error.headers);
  }
  if (error instanceof TookTooLong) {
    return {
      kind: "timeout",
      message: `${label} ${lateWords[error.phase]} ${error.seconds} s.`,
      isTransient: false,
      retryAfterSeconds: null,
    };
  }
  if (error instanceof EndedEarly) {
    return { kind: "cut", message: `${label} broke off before the answer was complete.`, ...nothingMore };
  }
  if (error instanceof BadAnswer) {
    const isTransient = error.message.startsWith("ended its answer");
    return { kind: "bad_answer", message: `${label} ${error.message}.`, isTransient, retryAfterSeconds: null };
  }
  if (error instanceof OutboundRefused || error instanceof RedirectRefused) {
    return { kind: "refused_address", message: error.message, isTransient: false, retryAfterSeconds: null };
  }
  if (error instanceof ErrorInStream) {
    const { value } = error;
    const content = contentOf(value);
    if (content === null) {
      return { kind: "bad_answer", message: `${label} sent something that is not part of an answer.`, ...nothingMore };
    }
    const status =
      APICallError.isInstance(value) && value.statusCode !== undefined ? value.statusCode : statusInside(content);
    return explainStatus(label, status, JSON.stringify(content), new Headers());
  }
  if (APICallError.isInstance(error) && error.statusCode !== undefined && error.statusCode >= 400) {
    return explainStatus(label, error.statusCode, error.responseBody ?? "", new Headers(error.responseHeaders));
  }
  if (UnsupportedFunctionalityError.isInstance(error)) {
    return {
      kind: "bad_request",
      message: `${label} cannot read this: ${error.functionality}.`,
      isTransient: false,
      retryAfterSeconds: null,
    };
  }
  const { code } = (error ?? {}) as { code?: unknown };
  const reason = typeof code === "string" ? networkReason(code) : null;
  if (reason !== null) {
    // A certificate does not heal by itself within seconds; a connection may.
    return {
      kind: "unreachable",
      message: `${label} cannot be reached: ${reason}.`,
      ...nothingMore,
      isTransient: !reason.includes("TLS"),
    };
  }
  return null;
}

/**
 * Plain words for whatever a call to a provider threw.
 * @param label how people know the provider
 * @param apiKey left out of the words, should the provider repeat it
 */
export function explainFailure(error: unknown, label: string, apiKey: string | null): Failure {
  let failure: Failure | null = null;
  // The SDK wraps what the fetch threw, at times more than once.
  for (
    let each: unknown = error, depth = 0;
    failure === null && each !== undefined && each !== null && depth < 6;
    depth += 1
  ) {
    failure = explain(each, label);
    each =
      each instanceof AggregateError && each.errors.length > 0 ? each.errors[0] : (each as { cause?: unknown }).cause;
  }
  failure ??= {
    kind: "bad_answer",
    message: `The call to ${label} failed.`,
    isTransient: false,
    retryAfterSeconds: null,
  };
  if (apiKey === null || apiKey.length < 8) return failure;
  return { ...failure, message: failure.message.replaceAll(apiKey, `…${apiKey.slice(-4)}`) };
}
