import type { z } from "zod";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Who may call a route at all; finer rights are checked in the use case. */
export type Audience =
  /** Anybody, signed in or not. */
  | "public"
  /** A signed-in person or an API key, outside of any workspace. */
  | "person"
  /** A person signed in on a device: API keys are refused. */
  | "device"
  /** A member of the workspace named in the path (`:workspaceId`). */
  | "member"
  /** An API key, which says by itself who calls in which workspace. */
  | "key"
  /** An API key, or the access token of a program that a person let in. */
  | "program";

/** What an API key needs for the route; a signed-in person has all of them. */
export type Scope = "read" | "write" | "admin";

/**
 * The one definition of an HTTP route: server handler, validation, OpenAPI, typed client and forms derive from it.
 * `body: "raw"` leaves the body as a stream; `response: "raw"` leaves the answer to the handler (files, event streams).
 */
export interface RouteDefinition {
  method: Method;
  /** Outside of `/api` lie only interfaces whose paths others have fixed. */
  path: `/api/${string}` | `/v1/${string}` | "/mcp" | `/oauth/${string}` | `/.well-known/${string}`;
  summary: string;
  tag: string;
  audience: Audience;
  scope: Scope;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType | "raw";
  response: z.ZodType | "raw" | "none";
  /** HTTP status of success; 200, or 204 where the response is "none". */
  status?: number;
  /** Which rate limit counts the call; "page" unless told. Whatever comes with an API key counts as "model". */
  limit?: "page" | "model" | "run" | "sensitive";
  /** Largest body in bytes; 1 MiB unless told. */
  bodyLimit?: number;
}

export type Routes = Record<string, RouteDefinition>;

/** Keeps the literal types of a route's schemas. */
export function defineRoute<const R extends RouteDefinition>(route: R): R {
  return route;
}

type Output<S, Otherwise> = S extends z.ZodType ? z.output<S> : Otherwise;
type Input<S> = S extends z.ZodType ? z.input<S> : undefined;

/** What a handler receives after validation. */
export interface HandlerInput<R extends RouteDefinition> {
  params: Output<R["params"], Record<string, never>>;
  query: Output<R["query"], Record<string, never>>;
  body: Output<R["body"], undefined>;
}

/** What a handler returns; it is parsed by the response schema, so fields that the contract does not name never leave. */
export type HandlerOutput<R extends RouteDefinition> = R["response"] extends z.ZodType
  ? z.input<R["response"]>
  : unknown;

type Optional<K extends string, V> = undefined extends V ? { [key in K]?: V } : { [key in K]: V };

/** What a caller of the typed client passes. */
export type ClientInput<R extends RouteDefinition> = Optional<"params", Input<R["params"]>> &
  (R["query"] extends z.ZodType ? { query?: Input<R["query"]> } : unknown) &
  (R["body"] extends "raw" ? { body: Blob | ArrayBuffer | string } : Optional<"body", Input<R["body"]>>);

/** What the typed client gives back. */
export type ClientOutput<R extends RouteDefinition> = R["response"] extends z.ZodType
  ? z.output<R["response"]>
  : R["response"] extends "raw"
    ? Response
    : undefined;
