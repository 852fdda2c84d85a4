import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Frame, encodeFrame, readFrames } from "./frames.ts";
import { guestArguments, guestProcessOptions } from "./guest-process.ts";
import type { FromGuest, GuestBoot, ToGuest } from "./messages.ts";
import { watchProcess } from "./watch-process.ts";
import type { GuestPackages } from "./packages.ts";

/** A process with one interpreter. It serves one run or one kernel, of one person, and is killed then. */
export interface Guest {
  language: GuestBoot["language"];
  version: string;
  pid: number;
  /** Memory of the process before anybody's program; what a program uses is counted from there. */
  startedBytes: number;
  /** Resolves when the pipe has taken it, or is broken. */
  send(header: ToGuest, body?: Uint8Array): Promise<void>;
  /** Who gets what the guest says from now on, in order, one at a time. */
  listen(listener: (frame: Frame<FromGuest>) => void | Promise<void>): void;
  kill(): Promise<void>;
  /** Resolves once the process is gone and all it said was heard, with what it wrote besides. */
  exited: Promise<{ complaint: string }>;
}

// The longest body that a guest may send; files and outputs have limits of their own below it.
const maximumBodyBytes = 2 ** 31;

/**
 * Starts a guest and waits until its interpreter stands.
 * @param memoryBytes of the interpreter; the process takes some more
 * @param snapshot see `pythonSnapshot`
 * @throws Error when it ends before, with what it said
 */
export async function startGuest(
  packages: GuestPackages,
  language: GuestBoot["language"],
  memoryBytes: number,
  snapshot?: Uint8Array,
): Promise<Guest> {
  const { pyodide, quickjsWasm } = packages;
  const boot: GuestBoot = { language, pyodide, quickjsWasm, memoryBytes, snapshot: snapshot !== undefined };
  const program = fileURLToPath(new URL("guest/main.deno.ts", import.meta.url));
  const given = guestArguments(packages, program, [JSON.stringify(boot)], memoryBytes);
  const child = spawn(packages.deno, given, { ...guestProcessOptions(), stdio: ["pipe", "pipe", "pipe"] });
  // It may end at any moment; that is seen at `exited`.
  child.stdin.on("error", () => undefined);
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    if (complaint.length < 4000) complaint += chunk.toString("utf8");
  });
  const closed = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      complaint += error.message;
      resolve();
    });
    child.on("close", () => resolve());
  });

  let listener: (frame: Frame<FromGuest>) => void | Promise<void> = () => undefined;
  const heard = (async () => {
    try {
      for await (const frame of readFrames(child.stdout, maximumBodyBytes)) {
        await listener(frame as Frame<FromGuest>);
      }
    } catch (error) {
      // Somebody's code got hold of the pipe, or the process is gone: the end in both cases.
      complaint += error instanceof Error ? error.message : String(error);
      child.kill("SIGKILL");
    }
  })();
  const exited = Promise.all([closed, heard]).then(() => ({ complaint }));

  const ready = new Promise<string | undefined>((resolve) => {
    listener = ({ header }) => {
      if (header.type === "ready") resolve(header.version);
    };
    void exited.then(() => resolve(undefined));
  });
  const guest: Omit<Guest, "version" | "pid" | "startedBytes"> = {
    language,
    exited,
    listen(next) {
      listener = next;
    },
    async send(header, body) {
      if (child.stdin.destroyed || child.stdin.write(encodeFrame(header, body))) return;
      await Promise.race([once(child.stdin, "drain").catch(() => undefined), closed]);
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
  if (snapshot) await guest.send({ type: "snapshot" }, snapshot);
  const version = await ready;
  if (version === undefined || child.pid === undefined) {
    await guest.kill();
    throw new Error(`The interpreter did not start: ${complaint.trim().split("\n")[0] || "it ended without a word"}`);
  }
  const watched = watchProcess(child.pid, () => undefined).stop();
  return { ...guest, version, pid: child.pid, startedBytes: watched.peakMemoryBytes };
}
