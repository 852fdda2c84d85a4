import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually } from "@mindmesh/test-support";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startServerProcess } from "./server-process.ts";

const startScript = fileURLToPath(new URL("../../../scripts/start.mjs", import.meta.url));

let dataDirectory: string;
vi.setConfig({ testTimeout: 120_000 });
beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), "mindmesh-start-"));
});
afterEach(() => rm(dataDirectory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));

/** What a start that must fail prints. */
async function refusedStart(environment: Record<string, string>): Promise<string> {
  return startServerProcess(environment).then(
    async ({ child }) => {
      child.kill("SIGKILL");
      throw new Error("it started");
    },
    (error: Error) => error.message,
  );
}

const answers = (url: string) =>
  fetch(`${url}/ready`).then(
    ({ ok }) => ok,
    () => false,
  );

describe("a start", () => {
  it("refuses a data directory that another server uses, and says which process that is", async () => {
    const first = await startServerProcess({ DATA_DIR: dataDirectory });
    const said = await refusedStart({ DATA_DIR: dataDirectory });
    expect(said).toContain("the server ended with 1");
    expect(said).toContain(dataDirectory);
    expect(said).toContain(String(first.child.pid));
    expect(said).not.toMatch(/^\s+at /m);
    first.child.kill("SIGTERM");
    expect(await first.ended).toBe(0);
  });

  it("names every mistake in the configuration in one message", async () => {
    const said = await refusedStart({
      DATA_DIR: dataDirectory,
      PORT: "eighty",
      DATABASE_URL: "mysql://x",
      ROLE: "boss",
      SMTP_URL: "nonsense",
    });
    for (const name of ["PORT", "DATABASE_URL", "ROLE", "SMTP_URL"]) expect(said).toContain(name);
    expect(said).not.toMatch(/^\s+at /m);
  });

  it("says in a sentence that the port is taken, and leaves no database running", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const said = await refusedStart({ DATA_DIR: dataDirectory, PORT: String(port) });
    other.close();
    expect(said).toContain(String(port));
    expect(said).not.toMatch(/^\s+at /m);
    const again = await startServerProcess({ DATA_DIR: dataDirectory });
    again.child.kill("SIGTERM");
    expect(await again.ended).toBe(0);
  });

  it("says in a sentence that HOST is no address of this machine", async () => {
    const said = await refusedStart({ DATA_DIR: dataDirectory, HOST: "192.0.2.1" });
    expect(said).toContain("EADDRNOTAVAIL");
    expect(said).not.toMatch(/^\s+at /m);
  });

  it("says that a database cannot be reached", async () => {
    const said = await refusedStart({
      DATA_DIR: dataDirectory,
      DATABASE_URL: "postgres://nobody:secret@127.0.0.1:1/none",
    });
    expect(said).not.toContain("secret");
    expect(said).toContain("DATABASE_URL leads to 127.0.0.1:1/none, but nothing listens there");
    expect(said).not.toMatch(/^\s+at /m);
  });

  it("comes up again after kill -9 of the server and its database with what was acknowledged", async () => {
    const first = await startServerProcess({ DATA_DIR: dataDirectory });
    const signUp = { name: "Ada", email: "ada@example.org", password: "correct horse battery" };
    const post = (url: string, path: string, body: object) =>
      fetch(`${url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    expect((await post(first.url, "/api/auth/sign-up", signUp)).status).toBe(201);
    first.child.kill("SIGKILL");
    await first.ended;
    const second = await startServerProcess({ DATA_DIR: dataDirectory });
    expect((await post(second.url, "/api/auth/sign-in", signUp)).status).toBe(200);
    second.child.kill("SIGTERM");
    expect(await second.ended).toBe(0);
  });
});

describe("npm start", () => {
  it("leaves no server behind when it is killed itself", async () => {
    const starter = spawn(process.execPath, [startScript], {
      env: { ...process.env, DATA_DIR: dataDirectory, PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    starter.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    const url = await eventually(() => {
      const [, address] = /is ready on (http:\S+)/.exec(output) ?? [];
      if (address === undefined) throw new Error(`not ready:\n${output}`);
      return address.replace("localhost", "127.0.0.1");
    }, 100);
    expect(await answers(url)).toBe(true);
    starter.kill("SIGKILL");
    await eventually(async () => expect(await answers(url)).toBe(false), 30);
  });
});
