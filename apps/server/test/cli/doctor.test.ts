import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, skipUnless, startTestServer } from "@mindmesh/test-support";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { diagnose } from "../../src/cli/doctor-command.ts";
import { startCollector } from "../observe/collector.ts";
import { runCommand } from "./run-command.ts";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let folder: string;
let environment: Record<string, string>;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "mindmesh-doctor-"));
  await writeFile(join(folder, "secret.key"), `${"k".repeat(43)}\n`, { mode: 0o600 });
  environment = { DATABASE_URL: database.url, DATA_DIR: folder, PORT: String(await sparePort()) };
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

async function sparePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What is wrong, with the advice. */
async function troubles(more: Record<string, string> = {}): Promise<string[]> {
  const findings = await diagnose({ ...environment, ...more }, () => undefined);
  return findings
    .filter(({ level }) => level === "problem" || level === "warning")
    .map(({ level, what, mend }) => `${level}: ${what} -> ${mend}`);
}

async function sql(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

describe("doctor", { timeout: 60_000 }, () => {
  it("finds nothing wrong with a sound server and ends with 0", async () => {
    const outcome = await runCommand(["doctor"], environment);
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(outcome.stdout).toContain("All is well.");
    expect(outcome.stdout).toMatch(/ok {4}Row-level security guards all \d\d tables/);
    expect(outcome.stdout).toContain("ok    Notifications arrive");
  });

  it("lists every mistake of the environment and ends with 1", async () => {
    const outcome = await runCommand(["doctor"], { ...environment, PORT: "many", LOG_LEVEL: "loud" });
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toMatch(/PORT must be a number\n.*LOG_LEVEL/);
  });

  it("sees a table without its wall, a role that may pass by it, and a migration that is missing", async () => {
    await sql("ALTER TABLE chat.messages DISABLE ROW LEVEL SECURITY");
    expect(await troubles()).toEqual([expect.stringContaining("Row-level security is off for chat.messages")]);
    await sql("ALTER TABLE chat.messages ENABLE ROW LEVEL SECURITY; DROP POLICY tenant ON chat.folders");
    expect(await troubles()).toEqual([expect.stringContaining("Row-level security is off for chat.folders")]);
    await sql(`CREATE POLICY tenant ON chat.folders TO mindmesh_app
               USING (workspace_id = current_setting('app.workspace_id')::uuid)`);
    expect(await troubles()).toEqual([]);
    await sql("UPDATE chat.migrations SET name = '9999_of_a_newer_one' WHERE name = '0003_search'");
    const findings = await diagnose(environment, () => undefined);
    await sql("UPDATE chat.migrations SET name = '0003_search' WHERE name = '9999_of_a_newer_one'");
    expect(findings.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        "1 migration of chat is waiting: the next start runs it",
        "A newer Mindmesh has used this database (chat: 9999_of_a_newer_one)",
      ]),
    );
  });

  it("sees a secret key that others may read, and says how to mend it", async () => {
    const file = join(folder, "secret.key");
    await chmod(file, 0o644);
    expect(await troubles()).toEqual([expect.stringContaining(`-> chmod 600 ${file}`)]);
    await chmod(file, 0o600);
  });

  it("names every service that does not answer, without the passwords", async () => {
    const found = await troubles({
      DATABASE_URL: "postgres://mindmesh:topsecret@127.0.0.1:1/mindmesh",
      REDIS_URL: "redis://:topsecret@127.0.0.1:1",
      SMTP_URL: "smtp://mail:topsecret@127.0.0.1:1",
      S3_ENDPOINT: "http://127.0.0.1:1",
      S3_BUCKET: "files",
      S3_ACCESS_KEY_ID: "id",
      S3_SECRET_ACCESS_KEY: "topsecret",
      OPENAI_API_KEY: "topsecret",
      OPENAI_BASE_URL: "http://127.0.0.1:1",
    });
    const text = found.join("\n");
    for (const name of ["postgres://mindmesh:***@", "redis://:***@", "smtp://mail:***@", "bucket files", "OpenAI"]) {
      expect(text).toContain(name);
    }
    expect(found).toHaveLength(5);
    expect(text).not.toContain("topsecret");
  });

  it("looks at both ways to the database, and names the one that is wrong", async () => {
    const both = await diagnose({ ...environment, DATABASE_DIRECT_URL: database.url }, () => undefined);
    expect(both.filter(({ what }) => what.startsWith("postgres://")).map(({ level }) => level)).toEqual([
      "good",
      "good",
    ]);
    const gone = "postgres://mindmesh:topsecret@127.0.0.1:1/mindmesh";
    expect(await troubles({ DATABASE_URL: gone, DATABASE_DIRECT_URL: database.url })).toEqual([
      expect.stringMatching(/^problem: postgres:\/\/mindmesh:\*\*\*@.* -> Check DATABASE_URL .* that the pool runs/),
    ]);
    expect(await troubles({ DATABASE_DIRECT_URL: gone })).toEqual([
      expect.stringMatching(/^problem: postgres:\/\/mindmesh:\*\*\*@.* -> Check DATABASE_DIRECT_URL /),
    ]);
    const other = await createTestDatabase();
    expect(await troubles({ DATABASE_DIRECT_URL: other.url })).toEqual([
      expect.stringContaining("leads to another database than"),
    ]);
    await other.drop();
  });

  it("names a replica that has stopped, and a database that is none", async () => {
    const stopped = `postgres://mindmesh:topsecret@127.0.0.1:${await sparePort()}/mindmesh`;
    expect(await troubles({ DATABASE_REPLICA_URLS: `${stopped},${database.url}` })).toEqual([
      expect.stringMatching(/^problem: The replica postgres:\/\/mindmesh:\*\*\*@.*ECONNREFUSED.* -> Start it again/),
      expect.stringMatching(/^warning: .* is no replica -> Check DATABASE_REPLICA_URLS/),
    ]);
  });

  it("asks the providers of sign-in for what a sign-in needs of them", async () => {
    const issuer = createHttpServer((request, response) => {
      const known = request.url === "/.well-known/openid-configuration";
      const { port } = issuer.address() as AddressInfo;
      const base = `http://127.0.0.1:${port}`;
      response.writeHead(known ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify({ issuer: base, authorization_endpoint: `${base}/a`, token_endpoint: `${base}/t` }));
    }).listen(0, "127.0.0.1");
    await once(issuer, "listening");
    const address = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
    const client = { OIDC_CLIENT_ID: "id", OIDC_CLIENT_SECRET: "topsecret", OIDC_NAME: "Staff" };
    const gitHub = { GITHUB_CLIENT_ID: "id", GITHUB_CLIENT_SECRET: "topsecret" };
    const sound = { ...client, ...gitHub, OIDC_ISSUER: address, GITHUB_URL: address };
    const findings = await diagnose({ ...environment, ...sound }, () => undefined);
    expect(findings).toContainEqual({ level: "good", what: `Sign-in with Staff: ${address} answers` });
    expect(findings).toContainEqual({ level: "good", what: `Sign-in with GitHub: ${address} answers` });
    expect(await troubles({ ...client, OIDC_ISSUER: `${address}/wrong` })).toEqual([
      expect.stringMatching(/^problem: Sign-in with Staff: .*\/wrong: .* -> Check OIDC_ISSUER: /),
    ]);
    issuer.close();
    issuer.closeAllConnections();
    expect(await troubles(sound)).toEqual([
      expect.stringMatching(/^problem: Sign-in with GitHub: .*ECONNREFUSED.* -> Check GITHUB_URL/),
      expect.stringMatching(/^problem: Sign-in with Staff: .*ECONNREFUSED.* -> Check OIDC_ISSUER/),
    ]);
  });

  it("sends an export without traces to the collector, and sees whether the host of error reports answers", async () => {
    const collector = await startCollector();
    const address = `http://127.0.0.1:${collector.port}`;
    const watching = {
      OTEL_EXPORTER_OTLP_ENDPOINT: address,
      SENTRY_DSN: `http://topsecret@127.0.0.1:${collector.port}/1`,
    };
    expect(await troubles(watching)).toEqual([]);
    expect(collector.received.map(({ path, body }) => `${path} ${body}`)).toEqual(
      expect.arrayContaining(['/v1/traces {"resourceSpans":[]}', "/ "]),
    );
    expect(await troubles({ SENTRY_DSN: address })).toEqual([expect.stringContaining("has no key or no project")]);
    await collector.close();
    const found = await troubles(watching);
    expect(found).toEqual([
      expect.stringMatching(/^problem: Traces are not taken at .*ECONNREFUSED.* -> Check OTEL_EXPORTER_OTLP_ENDPOINT/),
      expect.stringMatching(/^problem: 127\.0\.0\.1:\d+ of SENTRY_DSN: .*ECONNREFUSED.* -> Check SENTRY_DSN/),
    ]);
    expect(found.join()).not.toContain("topsecret");
  });

  it("finds MCP programs that are missing, may not be run, or lack a variable", async () => {
    const plain = join(folder, "plain.txt");
    await writeFile(plain, "no program\n", { mode: 0o644 });
    const node = { command: process.execPath, env: ["MCP_TEST_TOKEN"] };
    const programs = {
      gone: { command: join(folder, "gone") },
      plain: { command: plain },
      folder: { command: folder },
    };
    expect(await troubles({ MCP_STDIO_SERVERS: JSON.stringify({ node }), MCP_TEST_TOKEN: "t" })).toEqual([]);
    expect(await troubles({ MCP_STDIO_SERVERS: JSON.stringify({ ...programs, node }) })).toEqual([
      expect.stringMatching(/^problem: The MCP program gone: ENOENT.* -> Install /),
      expect.stringContaining(`The MCP program plain: this user may not run ${plain}`),
      expect.stringContaining(`The MCP program folder: ${folder} is not a file`),
      expect.stringMatching(/^warning: The MCP program node is to be given MCP_TEST_TOKEN, .* -> Set MCP_TEST_TOKEN /),
    ]);
  });

  it("doubts a public address without encryption, and one that people outside cannot use", async () => {
    expect(await troubles({ PUBLIC_URL: "http://mindmesh.example.org" })).toEqual([
      expect.stringContaining("passwords and cookies travel in the clear"),
    ]);
    expect(await troubles({ HOST: "0.0.0.0" })).toEqual([expect.stringContaining("Set PUBLIC_URL")]);
  });

  it("tells its own server at the port from a stranger's", async () => {
    const server = await startTestServer({ databaseUrl: database.url });
    const findings = await diagnose({ ...environment, PORT: new URL(server.url).port }, () => undefined);
    expect(findings.map(({ what }) => what).join("\n")).toMatch(/A server \(version [\d.]+\) runs on 127\.0\.0\.1/);
    await server.close();
    const stranger = createServer((socket) => socket.resume().end("no HTTP\n")).listen(0, "127.0.0.1");
    await new Promise((resolve) => stranger.once("listening", resolve));
    const { port } = stranger.address() as { port: number };
    expect(await troubles({ PORT: String(port) })).toEqual([expect.stringContaining("EADDRINUSE")]);
    await new Promise((resolve) => stranger.close(resolve));
  });
});

skipUnless("nativePostgres")("doctor on somebody's own PostgreSQL", () => {
  it("says what to run as a superuser when the user has too few rights", { timeout: 60_000 }, async () => {
    const owner = new pg.Client({ connectionString: inject("nativePostgresUrl") ?? "" });
    await owner.connect();
    await owner.query("CREATE ROLE poor LOGIN PASSWORD 'poor'");
    const url = new URL(inject("nativePostgresUrl") ?? "");
    url.username = "poor";
    url.password = "poor";
    const found = await troubles({ DATABASE_URL: url.href });
    await owner.query("DROP ROLE poor");
    await owner.end();
    expect(found.join("\n")).toContain('GRANT CREATE ON DATABASE <database> TO "poor"');
    expect(found.join("\n")).toMatch(/GRANT mindmesh_app TO "poor"/);
  });
});

skipUnless("redis")("doctor with Redis", () => {
  it("shows its version", { timeout: 60_000 }, async () => {
    const findings = await diagnose({ ...environment, REDIS_URL: inject("redisUrl") ?? "" }, () => undefined);
    expect(findings.map(({ what }) => what).join("\n")).toMatch(/redis:\/\/127\.0\.0\.1:\d+: Redis \d/);
  });
});
