import type { IncomingHttpHeaders } from "node:http";
import type { Failure, Format } from "./format.ts";

function bearer(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
}

function keyOf(format: Format["name"], headers: IncomingHttpHeaders, query: URLSearchParams): string | undefined {
  const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);
  if (format === "gemini") return single(headers["x-goog-api-key"]) ?? query.get("key") ?? bearer(headers);
  if (format === "anthropic") return single(headers["x-api-key"]) ?? bearer(headers);
  return bearer(headers);
}

/**
 * How the provider refuses a request without the right key, or null when it may pass.
 * 401 everywhere but at Google, which answers a wrong key with 400 and a missing one with 403.
 */
export function checkKey(
  format: Format["name"],
  required: string | null,
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
): Failure | null {
  if (required === null) return null;
  const key = keyOf(format, headers, query);
  if (key === required) return null;
  if (format !== "gemini") return { status: 401 };
  return key === undefined
    ? { status: 403, message: "Method doesn't allow unregistered callers (callers without established identity)." }
    : { status: 400, message: "API key not valid. Please pass a valid API key.", badKey: true };
}
