import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kernelMigrations, migrate, openDatabase, startEmbeddedPostgres } from "@mindmesh/kernel/db";
import {
  authenticate,
  createApiKey,
  createPerson,
  createWorkspace,
  hashPassword,
  memberOf,
} from "@mindmesh/kernel/identity";
import { SignJWT, jwtVerify } from "jose";
import { v7 as uuidv7 } from "uuid";
import { inParallel, percentile, spread } from "./figures.ts";

const people = 2_000;
const rounds = 20_000;
const atOnce = 20;

/** What it costs to know who calls and what they may: alone (p50, p95) and 20 at once (CPU of this process per call). */
export async function authentication(): Promise<void> {
  const dataDirectory =
    process.env["DATABASE_URL"] === undefined ? await mkdtemp(join(tmpdir(), "mindmesh-bench-")) : null;
  const embedded =
    dataDirectory === null
      ? null
      : await startEmbeddedPostgres({
          dataDirectory,
          log: { info: () => undefined, warn: (text) => console.warn(text) },
          disposable: true,
        });
  const url = embedded?.connectionString ?? process.env["DATABASE_URL"] ?? "";
  await migrate(url, [kernelMigrations]);
  const db = openDatabase({ url });
  const key = randomBytes(32);
  const tokens: { access: string; apiKey: string; workspaceId: string }[] = [];
  const actor = { personId: null, ip: null, requestId: null };
  for (let count = 0; count < people; count += 1) {
    tokens.push(
      await db.system(async (tx) => {
        const email = `${uuidv7()}@example.org`;
        const account = { email, name: "Bench", passwordHash: null, emailVerified: false, isInstanceOwner: false };
        const person = await createPerson(tx, account, actor);
        const workspace = await createWorkspace(tx, person.id, "Bench", actor);
        const owner = { workspaceId: workspace.id, personId: person.id, name: "Bench" };
        const made = await createApiKey(tx, owner, { name: "Bench", scope: "admin", expiresInDays: null }, actor);
        const sessionId = uuidv7();
        await tx.client.query(
          `INSERT INTO kernel.sessions (id, person_id, user_agent, ip, expires_at)
           VALUES ($1, $2, '', '', now() + interval '1 day')`,
          [sessionId, person.id],
        );
        const access = await new SignJWT({ sid: sessionId })
          .setProtectedHeader({ alg: "HS256" })
          .setSubject(person.id)
          .setExpirationTime("1h")
          .sign(key);
        return { access, apiKey: made.secret, workspaceId: workspace.id };
      }),
    );
  }
  await db.pool.query("ANALYZE");

  const pick = (index: number) => tokens[(index * 7919) % tokens.length] ?? { access: "", apiKey: "", workspaceId: "" };
  const ways: Record<string, (index: number) => Promise<unknown>> = {
    "signature alone": (index) => jwtVerify(pick(index).access, key, { algorithms: ["HS256"] }),
    "bare SELECT 1": () => db.pool.query({ name: "bench.one", text: "SELECT 1" }),
    "session, then member (two queries)": async (index) => {
      const { access, workspaceId } = pick(index);
      const caller = await authenticate(db, key, { accessCookie: access });
      if (!caller || !(await memberOf(db, caller, workspaceId))) throw new Error("not recognised");
    },
    "session with member (one query)": async (index) => {
      const { access, workspaceId } = pick(index);
      const caller = await authenticate(db, key, { accessCookie: access }, workspaceId);
      if (!caller || !(await memberOf(db, caller, workspaceId))) throw new Error("not recognised");
    },
    "API key (one query)": async (index) => {
      const { apiKey, workspaceId } = pick(index);
      const caller = await authenticate(db, key, { authorization: `Bearer ${apiKey}` }, workspaceId);
      if (!caller || !(await memberOf(db, caller, workspaceId))) throw new Error("not recognised");
    },
  };
  for (const [name, way] of Object.entries(ways)) {
    await inParallel(
      Array.from({ length: people }, (_, index) => index),
      atOnce,
      async (index) => void (await way(index)),
    );
    const alone: number[] = [];
    for (let index = 0; index < 2_000; index += 1) {
      const start = performance.now();
      await way(index);
      alone.push(performance.now() - start);
    }
    const before = process.cpuUsage();
    const start = performance.now();
    await inParallel(
      Array.from({ length: rounds }, (_, index) => index),
      atOnce,
      async (index) => void (await way(index)),
    );
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(before);
    console.log(
      `${name.padEnd(36)} alone ${spread(alone)}; ${atOnce} at once ${Math.round(rounds / seconds)}/s, ` +
        `${((user + system) / rounds).toFixed(0)} µs CPU each`,
    );
  }

  const hashing: number[] = [];
  for (let index = 0; index < 20; index += 1) {
    const start = performance.now();
    await hashPassword("a password to hash");
    hashing.push(performance.now() - start);
  }
  console.log(`argon2id (19 MiB, 2 passes)          p50 ${percentile(hashing, 0.5).toFixed(0)} ms`);
  await db.close();
  await embedded?.stop();
  if (dataDirectory !== null) await rm(dataDirectory, { recursive: true, force: true });
}
