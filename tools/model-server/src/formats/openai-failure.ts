import { type Failure, idOf } from "../format.ts";

function describe({ status, quota }: Failure): { message: string; type: string; code: string | null } {
  if (quota) {
    const message = "You exceeded your current quota, please check your plan and billing details.";
    return { message, type: "insufficient_quota", code: "insufficient_quota" };
  }
  switch (status) {
    case 400:
      return { message: "Invalid request.", type: "invalid_request_error", code: null };
    case 401:
      return { message: "Incorrect API key provided.", type: "invalid_request_error", code: "invalid_api_key" };
    case 404:
      return { message: "The model does not exist.", type: "invalid_request_error", code: "model_not_found" };
    case 429:
      return { message: "Rate limit reached for requests.", type: "requests", code: "rate_limit_exceeded" };
    case 503:
      return {
        message: "The engine is currently overloaded, please try again later.",
        type: "server_error",
        code: null,
      };
    default:
      return status >= 500
        ? { message: "The server had an error while processing your request.", type: "server_error", code: null }
        : { message: `Request refused (${status}).`, type: "invalid_request_error", code: null };
  }
}

/** The `{ error }` body that OpenAI sends, and the same object inside a stream that fails in the middle. */
export function openaiFailureBody(failure: Failure) {
  const { message, type, code } = describe(failure);
  return { error: { message: failure.message ?? message, type, param: null, code } };
}

export function openaiFailureHeaders(failure: Failure, requestNumber: number): Record<string, string> {
  return {
    "x-request-id": idOf("req_", requestNumber),
    ...(failure.retryAfterSeconds !== undefined && {
      "retry-after": String(Math.ceil(failure.retryAfterSeconds)),
      "retry-after-ms": String(Math.round(failure.retryAfterSeconds * 1000)),
    }),
  };
}
