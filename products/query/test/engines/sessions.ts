import { connect } from "node:net";
import { once } from "node:events";
import type { NetworkSettings } from "@mindmesh/contracts/query/connections";
import { usualLimits, type StatementLimits } from "@mindmesh/contracts/query/connections";
import type { Cell, CutCell, EngineKind, ResultColumn } from "@mindmesh/contracts/query/engine";
import { engineOf } from "../../src/engines/engine-of.ts";
import type { NetworkTarget, RunPart, RunRequest, Session, Way } from "../../src/engines/engine.ts";
import type { CheckedStatement } from "../../src/guard/guard.ts";

/** The way of tests to services on this machine. */
export function localWay(signal: AbortSignal = new AbortController().signal): Way {
  return {
    signal,
    passed: () => undefined,
    async connect(host, port) {
      const socket = connect({ host, port, noDelay: true });
      await once(socket, "connect");
      return socket;
    },
  };
}

/** A connection's target from an address such as `postgres://user:password@host:port/database`. */
export function targetOf(
  engine: NetworkTarget["engine"],
  address: string,
  settings: Partial<NetworkSettings> = {},
): NetworkTarget {
  const url = new URL(address);
  return {
    engine,
    settings: {
      host: url.hostname,
      port: Number(url.port),
      database: decodeURIComponent(url.pathname.slice(1)),
      user: decodeURIComponent(url.username),
      tls: "off",
      certificateAuthority: null,
      ssh: null,
      ...settings,
    },
    secret: { password: decodeURIComponent(url.password), ssh: null },
  };
}

/** @throws ConnectionFailure */
export async function openTestSession(target: NetworkTarget, way: Way = localWay()): Promise<Session> {
  return (await engineOf(target.engine)).open(target, way);
}

/** A statement that no guard has looked at, as if somebody had found a way past it. */
export function forged(engine: EngineKind, sql: string, access: "read" | "write" = "read"): CheckedStatement {
  return { engine, sql, access, tables: [], functions: [], hidden: [] } as unknown as CheckedStatement;
}

export function requestOf(
  statement: CheckedStatement,
  { limits, parameters = [], signal = new AbortController().signal, whole }: RequestSettings = {},
): RunRequest {
  return { statement, parameters, limits: { ...usualLimits, ...limits }, signal, whole };
}

export interface RequestSettings {
  limits?: Partial<StatementLimits>;
  parameters?: Cell[];
  signal?: AbortSignal;
  whole?: RunRequest["whole"];
}

export interface Collected {
  columns: ResultColumn[];
  rows: Cell[][];
  cuts: CutCell[];
  notices: string[];
  end: Extract<RunPart, { type: "end" }>;
  parts: number;
}

/** Runs a statement and keeps all that it gives. */
export async function collect(session: Session, request: RunRequest): Promise<Collected> {
  const collected: Omit<Collected, "end"> = { columns: [], rows: [], cuts: [], notices: [], parts: 0 };
  let end: Collected["end"] | null = null;
  for await (const part of session.run(request)) {
    collected.parts += 1;
    if (part.type === "columns") collected.columns = part.columns;
    else if (part.type === "rows") {
      collected.rows.push(...part.rows);
      collected.cuts.push(...part.cuts);
    } else if (part.type === "notice") collected.notices.push(part.text);
    else end = part;
  }
  if (end === null) throw new Error("the result had no end");
  return { ...collected, end };
}
