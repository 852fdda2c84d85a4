import type { Pool, PoolClient } from "pg";
import type { Span } from "./span.ts";

type Callback = (...values: unknown[]) => unknown;

interface QueryTracer {
  /** Ties a callback to the request that gave it. */
  bind<F extends Callback>(callback: F): F;
  startQuery(text: string): Span | null;
}

/** Wraps the pool's queries. Only for servers that trace: others run `pg` as it is. */
export function tracePool(pool: Pool, tracer: QueryTracer): void {
  // A callback that waits for a free connection is called by whoever frees one, in that one's context.
  const connect = pool.connect.bind(pool) as (callback?: Callback) => unknown;
  pool.connect = ((callback?: Callback) =>
    callback === undefined ? connect() : connect(tracer.bind(callback))) as Pool["connect"];

  pool.on("connect", (client: PoolClient) => {
    const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
    client.query = ((...parameters: unknown[]) => {
      const [first] = parameters;
      const text = typeof first === "string" ? first : (first as { text?: string } | undefined)?.text;
      // Streams and cursors bring no text here and run on by themselves.
      const span = text === undefined ? null : tracer.startQuery(text);
      if (span === null) return query(...parameters);
      const ended = (error: unknown) => {
        // PostgreSQL's code, not its message, which may quote values.
        if (error) span.fail((error as { code?: string }).code ?? "failed");
        span.end();
      };
      const last = parameters.at(-1);
      if (typeof last === "function") {
        parameters[parameters.length - 1] = (error: unknown, ...rest: unknown[]) => {
          ended(error);
          return (last as Callback)(error, ...rest);
        };
        return query(...parameters);
      }
      const result = query(...parameters) as Promise<unknown>;
      result.then(() => ended(null), ended);
      return result;
    }) as PoolClient["query"];
  });
}
