import type { ErrorBody, ErrorCode } from "@mindmesh/contracts/errors";
import type { ClientInput, ClientOutput, RouteDefinition, Routes } from "@mindmesh/contracts/route";

/** A refusal by the server, or `offline` when it could not be reached. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: ErrorCode | "offline";
  readonly status: number;
  readonly fields: Record<string, string>;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    error: Omit<ErrorBody["error"], "code"> & { code: ErrorCode | "offline" },
    cause?: unknown,
  ) {
    super(error.message, { cause });
    this.status = status;
    this.code = error.code;
    this.fields = error.fields ?? {};
    this.retryAfterSeconds = error.retryAfterSeconds;
  }
}

export interface ClientOptions {
  /** Where the server is; empty for the page's own origin. */
  baseUrl?: string;
  /** Sent as `Authorization: Bearer`; browsers rely on cookies instead. */
  token?: () => string | undefined;
  fetch?: typeof fetch;
  /** Called when a session has ended for good. */
  onSignedOut?: () => void;
}

type CallArguments<R extends RouteDefinition> =
  Record<string, never> extends ClientInput<R>
    ? [input?: ClientInput<R> & CallSettings]
    : [input: ClientInput<R> & CallSettings];

export interface CallSettings {
  signal?: AbortSignal;
}

export type Client<R extends Routes> = {
  [K in keyof R]: (...input: CallArguments<R[K]>) => Promise<ClientOutput<R[K]>>;
};

interface LooseInput extends CallSettings {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
}

/** The URL of a route with its parameters and query filled in. */
export function routeUrl(
  route: RouteDefinition,
  input: { params?: Record<string, string>; query?: Record<string, unknown> },
): string {
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(input.params?.[name] ?? ""));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) query.append(name, String(each));
    }
  }
  return query.size > 0 ? `${path}?${query.toString()}` : path;
}

/**
 * A function per route of the contract, typed by it; answers are parsed by the contract's schema.
 * An expired access token is refreshed once, whatever the number of calls that ran into it.
 * @throws ClientError from every call
 */
export function createClient<R extends Routes>(routes: R, options: ClientOptions = {}): Client<R> {
  const entries = Object.entries(routes).map(([name, route]) => [
    name,
    (input: LooseInput = {}) => call(route, input, options),
  ]);
  return Object.fromEntries(entries) as Client<R>;
}

async function call(route: RouteDefinition, input: LooseInput, options: ClientOptions): Promise<unknown> {
  let response = await send(route, input, options);
  if (response.status === 401 && options.token === undefined && !route.path.startsWith("/api/auth/")) {
    if (await refreshed(options)) response = await send(route, input, options);
  }
  if (!response.ok) {
    const error = await readError(response);
    if (error.status === 401 && !route.path.startsWith("/api/auth/")) options.onSignedOut?.();
    throw error;
  }
  if (route.response === "raw") return response;
  if (route.response === "none") return undefined;
  return route.response.parse(await response.json());
}

async function send(route: RouteDefinition, input: LooseInput, options: ClientOptions): Promise<Response> {
  const headers: Record<string, string> = {};
  const token = options.token?.();
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  let body: RequestInit["body"] = null;
  if (route.body === "raw") {
    body = input.body as NonNullable<RequestInit["body"]>;
    headers["content-type"] = "application/octet-stream";
  } else if (route.body !== undefined) {
    body = JSON.stringify(input.body ?? {});
    headers["content-type"] = "application/json";
  }
  try {
    return await (options.fetch ?? fetch)(`${options.baseUrl ?? ""}${routeUrl(route, input)}`, {
      method: route.method,
      headers,
      body,
      signal: input.signal ?? null,
      credentials: "same-origin",
    });
  } catch (error) {
    if (input.signal?.aborted) throw error;
    throw new ClientError(
      0,
      { code: "offline", message: "The server cannot be reached. Check the connection." },
      error,
    );
  }
}

async function readError(response: Response): Promise<ClientError> {
  try {
    return new ClientError(response.status, ((await response.json()) as ErrorBody).error);
  } catch (cause) {
    const message = `The server answered with status ${response.status}. Try again in a moment.`;
    return new ClientError(response.status, { code: "unavailable", message }, cause);
  }
}

const refreshing = new Map<string, Promise<boolean>>();

/** One refresh at a time per server; true when a new access token was given. */
export function refreshed(options: ClientOptions): Promise<boolean> {
  const base = options.baseUrl ?? "";
  const running = refreshing.get(base);
  if (running) return running;
  const refresh = (options.fetch ?? fetch)(`${base}/api/auth/refresh`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
    credentials: "same-origin",
  })
    .then((response) => response.ok)
    .catch(() => false)
    .finally(() => refreshing.delete(base));
  refreshing.set(base, refresh);
  return refresh;
}
