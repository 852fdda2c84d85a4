import { createHash } from "node:crypto";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Fetch } from "../../outbound/index.ts";
import { type OutsideProgram, openProgram } from "./program.ts";

/** Where an outside server is, and how it knows us; or the program that is one. */
export type OutsideAddress = WebAddress | { program: OutsideProgram };

interface WebAddress {
  url: string;
  token: string | null;
  /** The guarded one: an admin of a workspace named the address, not the operator. */
  fetch: Fetch;
}

/** A tool as an outside server describes it, cut to what is kept. */
export interface ToolDefinition {
  name: string;
  title: string;
  purpose: string;
  inputSchema: Record<string, unknown>;
  /** Over all of the above: another hash is another tool. */
  definitionHash: string;
}

const largestAnswerBytes = 4 * 1024 * 1024;
const mostTools = 128;
const longestPurpose = 4_000;
const largestSchemaBytes = 64 * 1024;
const visitTimeLimitMs = 20_000;

class AnswerTooLarge extends Error {
  override readonly message = "it sent more than 4 MiB in one answer";
}

/** Bounds what a server can make us read. */
function bounded(
  fetch: Fetch,
  onTooLarge: (error: AnswerTooLarge) => void,
): (url: string | URL, init?: RequestInit) => Promise<Response> {
  return async (url, init) => {
    const answer = await fetch(url, init);
    let total = 0;
    const counted = answer.body?.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          total += chunk.byteLength;
          if (total <= largestAnswerBytes) return controller.enqueue(chunk);
          const error = new AnswerTooLarge();
          onTooLarge(error);
          throw error;
        },
      }),
    );
    return new Response(counted ?? null, { status: answer.status, headers: answer.headers });
  };
}

/** A connection to a server. */
export interface Visit {
  client: Client;
  /** Of each request. */
  limits: { signal: AbortSignal; timeout: number };
  /** Aborted with the reason when the server sends too much: the SDK would wait for the rest of what was broken off here. */
  broken: AbortSignal;
  close(): Promise<void>;
}

/** Opens a connection, which must be closed. @throws what the server or the way to it did */
export async function openVisit(address: OutsideAddress, signal: AbortSignal): Promise<Visit> {
  // Programs of 2025 on a pipe may not bear to be asked for what they do not know; servers answer that they do not.
  const mode = "program" in address ? "legacy" : "auto";
  const client = new Client({ name: "mindmesh", version: "1" }, { versionNegotiation: { mode } });
  const stop = new AbortController();
  const limits = { signal: AbortSignal.any([signal, stop.signal]), timeout: visitTimeLimitMs };
  const close = () => client.close().catch(() => undefined);
  try {
    await client.connect(
      openTransport(address, (error) => stop.abort(error)),
      limits,
    );
  } catch (error) {
    await close();
    throw stop.signal.aborted ? stop.signal.reason : error;
  }
  return { client, limits, broken: stop.signal, close };
}

/** Opens a connection for one visit; whatever happens, it is closed afterwards. @throws what the server or the way to it did */
export async function visitServer<T>(
  address: OutsideAddress,
  signal: AbortSignal,
  visit: (client: Client, limits: Visit["limits"]) => Promise<T>,
): Promise<T> {
  const { client, limits, broken, close } = await openVisit(address, signal);
  try {
    return await visit(client, limits);
  } catch (error) {
    throw broken.aborted ? broken.reason : error;
  } finally {
    await close();
  }
}

function openTransport(address: OutsideAddress, onTooLarge: (error: AnswerTooLarge) => void) {
  if ("program" in address) return openProgram(address.program, largestAnswerBytes);
  const { url, token, fetch } = address;
  return new StreamableHTTPClientTransport(new URL(url), {
    fetch: bounded(fetch, onTooLarge),
    ...(token !== null && { requestInit: { headers: { authorization: `Bearer ${token}` } } }),
  });
}

/** The tools that a server has. Those whose schema is too large to be given to a model are left out. */
export async function listOutsideTools(client: Client, limits: { signal: AbortSignal; timeout: number }) {
  const found: ToolDefinition[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listTools(cursor === undefined ? undefined : { cursor }, limits);
    for (const tool of page.tools) {
      const { name, title = tool.annotations?.title ?? name, description = "", inputSchema } = tool;
      if (JSON.stringify(inputSchema).length > largestSchemaBytes || name.length > 128) continue;
      const definition = {
        name,
        title: title.slice(0, 200),
        purpose: description.slice(0, longestPurpose),
        inputSchema: inputSchema as Record<string, unknown>,
      };
      const definitionHash = createHash("sha256")
        .update(JSON.stringify([name, title, description, inputSchema]))
        .digest("hex");
      found.push({ ...definition, definitionHash });
    }
    cursor = page.nextCursor;
  } while (cursor !== undefined && found.length < mostTools);
  return found.slice(0, mostTools);
}

/** What a failed visit is to an admin, in a sentence. */
export function explainVisit(error: unknown): string {
  const messages: string[] = [];
  for (let each: unknown = error; each instanceof Error && messages.length < 4; each = each.cause)
    messages.push(each.message);
  const text = messages.join(": ").replaceAll(/\s+/g, " ").slice(0, 500);
  const why = text || "it did not answer";
  return `The MCP server cannot be used: ${why}${why.endsWith(".") ? "" : "."}`;
}
