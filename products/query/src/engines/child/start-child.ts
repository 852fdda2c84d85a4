import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ConnectionFailure, StatementFailure, type StatementFailureKind } from "../engine.ts";
import type { ChildAnswers, ChildFailure, ChildReply, ChildRequest } from "./messages.ts";
import { placeOf } from "./place-of.ts";

export interface ChildProgram {
  /** Calls `limitMyself`, then `serveChild`. */
  program: URL;
  /** Resident memory of the child, everything included. */
  memoryBytes: number;
  /** It loads a native addon. */
  nativeCode: boolean;
  /** The one folder that it may write to; null: none. */
  writable: string | null;
}

/** What comes while a request is answered. */
export type ChildNews = Exclude<ChildReply, { reply: "done" | "failed" }>;

export interface Child {
  /**
   * Asks for one thing and gives what comes of it, in order; the answer is the generator's return value. Whoever stops
   * reading, is cancelled or out of time has the child killed: nothing of the request goes on.
   * @param limits.milliseconds how long the child may take, without the time in which nobody read
   * @throws StatementFailure, ConnectionFailure
   */
  ask<Ask extends keyof ChildAnswers>(
    request: Extract<ChildRequest, { ask: Ask }>,
    limits: { milliseconds: number; signal: AbortSignal },
  ): AsyncGenerator<ChildNews, ChildAnswers[Ask]>;
  readonly isAlive: boolean;
  readonly pid: number | undefined;
  /** Resolves when it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a program of ours that holds a database of somebody else: a process of its own with an empty environment, which may
 * start no other and write only where it is told to. It ends with its memory limit, with us, or when it is killed.
 */
export function startChild({ program, memoryBytes, nativeCode, writable }: ChildProgram): Child {
  const child = spawn(
    process.execPath,
    [
      "--no-warnings",
      "--permission",
      "--allow-fs-read=*",
      "--allow-worker",
      ...(writable === null ? [] : [`--allow-fs-write=${writable}/*`]),
      ...(nativeCode ? ["--allow-addons"] : []),
      "--disallow-code-generation-from-strings",
      `--max-old-space-size=${Math.floor(memoryBytes / 2 ** 20)}`,
      fileURLToPath(program),
    ],
    {
      env: { MINDMESH_MEMORY_BYTES: String(memoryBytes), MINDMESH_PARENT: String(process.pid) },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      windowsHide: true,
    },
  );
  const inbox = listenTo(child);
  return {
    ask: (request, limits) => converse(child, inbox, request, limits),
    get isAlive() {
      return !inbox.hasEnded;
    },
    get pid() {
      return child.pid;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await inbox.ended;
    },
  };
}

/** Messages in the order in which they came, then the end. */
function listenTo(child: ChildProcess) {
  const waiting: ChildReply[] = [];
  let wake: (() => void) | null = null;
  let complaint = "";
  const notify = () => {
    wake?.();
    wake = null;
  };
  const inbox = {
    hasEnded: false,
    ended: Promise.resolve(),
    get complaint() {
      return complaint;
    },
    take: () => waiting.shift(),
    /** Resolves when there is a message or the end. */
    next: () =>
      waiting.length > 0 || inbox.hasEnded ? Promise.resolve() : new Promise<void>((resolve) => (wake = resolve)),
  };
  inbox.ended = new Promise((resolve) => {
    const end = () => {
      inbox.hasEnded = true;
      notify();
      resolve();
    };
    // `close` comes after the last message and the last word on stderr; `error` alone when it could not start.
    child.once("close", end);
    child.once("error", (error) => {
      complaint += error.message;
      end();
    });
  });
  child.stderr?.on("data", (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-8_000)));
  child.on("message", (reply: ChildReply) => {
    waiting.push(reply);
    notify();
  });
  return inbox;
}

async function* converse<Ask extends keyof ChildAnswers>(
  child: ChildProcess,
  inbox: ReturnType<typeof listenTo>,
  request: Extract<ChildRequest, { ask: Ask }>,
  { milliseconds, signal }: { milliseconds: number; signal: AbortSignal },
): AsyncGenerator<ChildNews, ChildAnswers[Ask]> {
  let left = milliseconds;
  let isSettled = false;
  let isLate = false;
  const stop = () => void child.kill("SIGKILL");
  signal.addEventListener("abort", stop);
  try {
    if (signal.aborted) throw cancelled();
    send(child, request);
    for (;;) {
      const since = performance.now();
      const timer = setTimeout(
        () => {
          isLate = true;
          stop();
        },
        Math.max(left, 1),
      );
      await inbox.next();
      clearTimeout(timer);
      left -= performance.now() - since;
      if (signal.aborted) throw cancelled();
      if (isLate) throw late(milliseconds);
      const reply = inbox.take();
      if (reply === undefined) throw gone(inbox.complaint);
      if (reply.reply === "done") {
        isSettled = true;
        return reply.answer as ChildAnswers[Ask];
      }
      if (reply.reply === "failed") {
        isSettled = true;
        throw failureFrom(reply.failure, "sql" in request ? request.sql : "");
      }
      yield reply;
      if (reply.reply === "piece" || (reply.reply === "part" && reply.part.type === "rows")) {
        send(child, { ask: "more" });
      }
    }
  } finally {
    signal.removeEventListener("abort", stop);
    if (!isSettled) {
      stop();
      await inbox.ended;
    }
  }
}

/** A child that is just dying says so by its end, which is read next. */
function send(child: ChildProcess, request: ChildRequest): void {
  if (child.connected) child.send(request, () => undefined);
}

const cancelled = () => new StatementFailure("cancelled", "The statement was stopped.");

const late = (milliseconds: number) =>
  new StatementFailure("time", `The statement took longer than ${milliseconds / 1000} seconds and was stopped.`, {
    hint: "Ask for less at once, add a condition that an index serves, or have an admin raise the connection's time limit.",
  });

function gone(complaint: string): StatementFailure {
  if (/OUT_OF_MEMORY|heap out of memory|Array buffer allocation failed/.test(complaint)) {
    return new StatementFailure("other", "The statement needed more memory than is given to one and was stopped.", {
      hint: "Ask for fewer or shorter values at once, such as substr(column, 1, 1000).",
    });
  }
  return new StatementFailure(
    "lost",
    "The process that reads the file ended in mid-work. Nothing was changed; try again.",
    {
      cause: complaint === "" ? undefined : new Error(complaint),
    },
  );
}

function failureFrom(failure: ChildFailure, sql: string): Error {
  if ("stage" in failure) return new ConnectionFailure(failure.stage, failure.message);
  const { kind, message, code, near, hint } = failure;
  return new StatementFailure(kind satisfies StatementFailureKind, message, {
    code,
    hint,
    place: placeOf(near, sql, failure.at ?? null),
  });
}
