import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { z } from "zod";

/** What an engine answered in place of what was asked for. */
export class EngineRefused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "EngineRefused";
    this.status = status;
  }
}

/** Docker's Engine API over its socket. https://docs.docker.com/reference/api/engine/ */
export interface Engine {
  /** @throws EngineRefused; the socket's own error when nobody answers */
  ask(method: "GET" | "POST" | "DELETE", path: string, settings?: AskSettings): Promise<unknown>;
  /** The streams of a container, before it starts. @throws as `ask` */
  attach(id: string): Promise<Socket>;
}

interface AskSettings {
  body?: object;
  /** These are answers too, such as 404 for a container that is gone. */
  also?: number[];
  /** Without one, as long as a container runs. */
  timeoutMs?: number | null;
  /** Ends the wait for an answer. */
  signal?: AbortSignal;
}

const mostBytes = 8 * 2 ** 20;
const usualTimeoutMs = 30_000;
const refusal = z.object({ message: z.string() });

/** @param version of the API, such as `1.47`; null before it is known */
export function openEngine(socketPath: string, version: string | null): Engine {
  const prefix = version === null ? "" : `/v${version}`;
  return {
    async ask(method, path, { body, also = [], timeoutMs = usualTimeoutMs, signal: given } = {}) {
      const signals = [given, timeoutMs === null ? undefined : AbortSignal.timeout(timeoutMs)];
      const sent = body === undefined ? undefined : JSON.stringify(body);
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const asked = request({
          socketPath,
          method,
          path: prefix + path,
          headers: { host: "docker", ...(sent !== undefined && { "content-type": "application/json" }) },
          signal: AbortSignal.any(signals.filter((signal) => signal !== undefined)),
        });
        asked.once("response", resolve);
        asked.once("error", reject);
        asked.end(sent);
      });
      const text = await textOf(answer);
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 400) return text === "" ? null : (JSON.parse(text) as unknown);
      if (also.includes(status)) return null;
      throw new EngineRefused(status, messageIn(text) ?? `Docker answered with status ${status}.`);
    },
    attach: (id) =>
      new Promise((resolve, reject) => {
        const asked = request({
          socketPath,
          method: "POST",
          path: `${prefix}/containers/${id}/attach?stream=1&stdin=1&stdout=1&stderr=1`,
          headers: { host: "docker", connection: "Upgrade", upgrade: "tcp" },
          signal: AbortSignal.timeout(usualTimeoutMs),
        });
        asked.once("upgrade", (_answer, socket, head) => {
          if (head.length > 0) socket.unshift(head);
          resolve(socket);
        });
        asked.once("response", (answer) => {
          answer.resume();
          reject(new EngineRefused(answer.statusCode ?? 0, "Docker does not hand out the streams of a container."));
        });
        asked.once("error", reject);
        asked.end();
      }),
  };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let total = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    total += piece.length;
    if (total > mostBytes)
      throw new EngineRefused(answer.statusCode ?? 0, "Docker answered with more than can be read.");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function messageIn(text: string): string | undefined {
  try {
    return refusal.safeParse(JSON.parse(text)).data?.message;
  } catch {
    return undefined;
  }
}
