import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { NetworkSettings } from "@mindmesh/contracts/query/connections";
import { openOutbound } from "@mindmesh/kernel/outbound";
import { createTestDatabase, skipUnless } from "@mindmesh/test-support";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { NetworkTarget, Way } from "../../src/engines/engine.ts";
import { type Authority, makeAuthority } from "./certificates.ts";
import { collect, forged, localWay, openTestSession, requestOf, targetOf } from "./sessions.ts";
import { startSshServer } from "./ssh-server.ts";
import { startMariaTlsFront, startTlsFront } from "./tls-front.ts";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let base: NetworkTarget;
beforeAll(async () => {
  database = await createTestDatabase();
  base = targetOf("postgres", database.url);
});
afterAll(() => database.drop());

const changed = (settings: Partial<NetworkSettings>, secret: Partial<NetworkTarget["secret"]> = {}): NetworkTarget => ({
  ...base,
  settings: { ...base.settings, ...settings },
  secret: { ...base.secret, ...secret },
});
const opened = async (target: NetworkTarget, way?: Way) => {
  const session = await openTestSession(target, way);
  try {
    const report = await session.report();
    const { rows } = await collect(session, requestOf(forged("postgres", "SELECT 1")));
    expect(rows).toEqual([["1"]]);
    return report;
  } finally {
    await session.close();
  }
};

describe("a connection that cannot be opened says why", () => {
  it("when the address is not known", async () => {
    await expect(opened(changed({ host: "nothere.invalid" }))).rejects.toMatchObject({ stage: "address" });
  });

  it("when nothing listens on the port", async () => {
    await expect(opened(changed({ port: 1 }))).rejects.toMatchObject({
      stage: "host",
      message: expect.stringContaining("refuses connections"),
    });
  });

  it("when the address is inside the private network, which only this connection may be allowed", async () => {
    const outbound = openOutbound();
    const way = (allowPrivate: boolean): Way => ({
      ...localWay(),
      connect: (host, port) => outbound.guardedConnect(host, port, { allowPrivate }),
    });
    await expect(opened(base, way(false))).rejects.toMatchObject({
      stage: "address",
      message: expect.stringContaining("own network"),
    });
    expect((await opened(base, way(true))).serverVersion).toMatch(/^PostgreSQL/);
    await outbound.close();
  });

  it("when what answers is no PostgreSQL, or nobody answers", async () => {
    const other = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(0, "127.0.0.1");
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await Promise.all([once(other, "listening"), once(silent, "listening")]);
    const port = (server: typeof other) => (server.address() as AddressInfo).port;
    await expect(opened(changed({ port: port(other), tls: "prefer" }))).rejects.toMatchObject({ stage: "host" });
    await expect(opened(changed({ port: port(silent) }), localWay(AbortSignal.timeout(300)))).rejects.toMatchObject({
      stage: "time",
    });
    other.close();
    silent.close();
  });

  it("when the password or the user is wrong, without telling the password", async () => {
    const wrong = opened(changed({}, { password: "not-the-one" }));
    await expect(wrong).rejects.toMatchObject({ stage: "login" });
    await expect(wrong).rejects.not.toThrow(/not-the-one/);
    await expect(opened(changed({ user: "nobody_here" }))).rejects.toMatchObject({ stage: "login" });
  });

  it("when there is no such database", async () => {
    await expect(opened(changed({ database: "nothere" }))).rejects.toMatchObject({
      stage: "database",
      message: expect.stringContaining("nothere"),
    });
  });

  it("when the login may not connect to the database", async () => {
    const owner = new pg.Client({ connectionString: database.url });
    await owner.connect();
    const name = base.settings.database;
    await owner.query(`CREATE ROLE ${name}_r LOGIN PASSWORD 'x'; REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`);
    await expect(opened(changed({ user: `${name}_r` }, { password: "x" }))).rejects.toMatchObject({ stage: "rights" });
    await owner.query(`GRANT CONNECT ON DATABASE ${name} TO PUBLIC`);
    const { warnings } = await opened(changed({ user: `${name}_r` }, { password: "x" }));
    expect(warnings).toEqual([expect.stringMatching(/not encrypted/)]);
    await owner.query(`DROP ROLE ${name}_r`);
    await owner.end();
  });

  it("when TLS is wanted and the server has none", async () => {
    await expect(opened(changed({ tls: "require" }))).rejects.toMatchObject({ stage: "tls" });
    expect((await opened(changed({ tls: "prefer" }))).encrypted).toBe(false);
  });
});

describe("a connection by TLS", () => {
  let authority: Authority;
  beforeAll(async () => {
    authority = await makeAuthority();
  });
  const behind = async (certificate: Awaited<ReturnType<Authority["issue"]>>, settings: Partial<NetworkSettings>) => {
    const { host, port } = base.settings;
    const front = await startTlsFront({ host, port }, certificate);
    try {
      return await opened(changed({ host: "localhost", port: front.port, ...settings }));
    } finally {
      await front.close();
    }
  };
  const verify = () => ({ tls: "verify" as const, certificateAuthority: authority.certificate });

  it("is checked against the authority that was given, and encrypted", async () => {
    const report = await behind(await authority.issue("localhost"), verify());
    expect(report.encrypted).toBe(true);
    expect(report.warnings.join()).not.toMatch(/not encrypted/);
  });

  it("is encrypted without a check where only that is asked for", async () => {
    expect(
      (await behind(await authority.issue("other.example", { expired: true }), { tls: "require" })).encrypted,
    ).toBe(true);
    expect((await behind(await authority.issue("other.example"), { tls: "prefer" })).encrypted).toBe(true);
  });

  it("is refused with an expired certificate, one for another name, one of an unknown authority, and a self-signed one", async () => {
    const fails = async (
      certificate: Parameters<typeof behind>[0],
      message: RegExp,
      settings: Partial<NetworkSettings> = verify(),
    ) =>
      expect(behind(certificate, settings)).rejects.toMatchObject({
        stage: "tls",
        message: expect.stringMatching(message),
      });
    await fails(await authority.issue("localhost", { expired: true }), /expired/);
    await fails(await authority.issue("other.example"), /for another name/);
    await fails(await authority.issue("localhost"), /authority that is not known/, { tls: "verify" });
    await fails(authority, /self-signed/, { tls: "verify" });
  });
});

skipUnless("mariaDb")("a connection to MariaDB by TLS", () => {
  it("is refused with an expired certificate, one for another name and one of an unknown authority", async () => {
    const authority = await makeAuthority();
    const url = new URL(inject("mariaDbUrl") ?? "");
    const fails = async (
      certificate: Awaited<ReturnType<Authority["issue"]>>,
      message: RegExp,
      certificateAuthority: string | null = authority.certificate,
    ) => {
      const front = await startMariaTlsFront({ host: url.hostname, port: Number(url.port) }, certificate);
      const settings = { host: "localhost", port: front.port, tls: "verify" as const, certificateAuthority };
      await expect(openTestSession(targetOf("mysql", url.href, settings))).rejects.toMatchObject({
        stage: "tls",
        message: expect.stringMatching(message),
      });
      await front.close();
    };
    await fails(await authority.issue("localhost", { expired: true }), /expired/);
    await fails(await authority.issue("other.example"), /for another name/);
    await fails(await authority.issue("localhost"), /authority that is not known/, null);
  });
});

describe("a connection through SSH", () => {
  let ssh: Awaited<ReturnType<typeof startSshServer>>;
  beforeAll(async () => {
    ssh = await startSshServer({ user: "tunnel", password: "secret" });
  });
  afterAll(() => ssh.close());
  const through = (
    settings: Partial<NonNullable<NetworkSettings["ssh"]>>,
    secret: Partial<NonNullable<NetworkTarget["secret"]["ssh"]>>,
  ) =>
    opened(
      changed(
        { ssh: { host: "127.0.0.1", port: ssh.port, user: "tunnel", hostKey: ssh.hostKey, ...settings } },
        { ssh: { password: null, privateKey: null, passphrase: null, ...secret } },
      ),
    );

  it("is opened by a password or a private key once the host's key is confirmed", async () => {
    expect((await through({}, { password: "secret" })).database).toBe(base.settings.database);
    expect((await through({}, { privateKey: ssh.privateKey })).database).toBe(base.settings.database);
  });

  it("tells the key that the host shows before any secret is sent, so that an admin can confirm it", async () => {
    const before = ssh.tried.length;
    const unknown = through({ hostKey: null }, { password: "secret" });
    await expect(unknown).rejects.toMatchObject({
      stage: "ssh",
      hostKey: ssh.hostKey,
      message: expect.stringContaining(ssh.hostKey),
    });
    const other = through({ hostKey: `SHA256:${"A".repeat(43)}` }, { password: "secret" });
    await expect(other).rejects.toMatchObject({
      stage: "ssh",
      hostKey: ssh.hostKey,
      message: expect.stringContaining("another key"),
    });
    expect(ssh.tried.length).toBe(before);
  });

  it("is refused with a wrong password, with an unreadable key and without any secret", async () => {
    await expect(through({}, { password: "wrong" })).rejects.toMatchObject({
      stage: "ssh",
      message: expect.stringContaining("does not let tunnel in"),
    });
    await expect(through({}, { privateKey: "-----BEGIN nonsense" })).rejects.toMatchObject({
      stage: "ssh",
      message: expect.stringContaining("cannot be read"),
    });
    await expect(through({}, {})).rejects.toMatchObject({ stage: "ssh" });
  });

  it("says that the host behind it cannot be reached, and that the SSH host cannot", async () => {
    const target = changed(
      { port: 1, ssh: { host: "127.0.0.1", port: ssh.port, user: "tunnel", hostKey: ssh.hostKey } },
      { ssh: { password: "secret", privateKey: null, passphrase: null } },
    );
    await expect(opened(target)).rejects.toMatchObject({
      stage: "host",
      message: expect.stringContaining("SSH host could not reach"),
    });
    await expect(through({ port: 1 }, { password: "secret" })).rejects.toMatchObject({ stage: "host" });
  });

  it("is ended in the database through the tunnel, too, when a person cancels", async () => {
    const session = await openTestSession(
      changed(
        { ssh: { host: "127.0.0.1", port: ssh.port, user: "tunnel", hostKey: ssh.hostKey } },
        { ssh: { password: "secret", privateKey: null, passphrase: null } },
      ),
    );
    const cancel = new AbortController();
    const request = requestOf(forged("postgres", "SELECT count(*) FROM generate_series(1, 1e9)"), {
      signal: cancel.signal,
      limits: { cost: null },
    });
    const running = collect(session, request);
    running.catch(() => undefined);
    const owner = new pg.Client({ connectionString: database.url });
    await owner.connect();
    const atWork = async () => {
      const { rows } = await owner.query(
        "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT count%1e9%' AND pid <> pg_backend_pid()",
      );
      return rows.length;
    };
    await expect.poll(atWork, { timeout: 20_000 }).toBe(1);
    cancel.abort();
    await expect(running).rejects.toMatchObject({ kind: "cancelled" });
    await expect.poll(atWork, { timeout: 20_000 }).toBe(0);
    await owner.end();
    await session.close();
  });
});
