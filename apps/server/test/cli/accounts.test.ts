import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "./run-command.ts";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let environment: Record<string, string>;
beforeAll(async () => {
  database = await createTestDatabase();
  environment = { DATABASE_URL: database.url, DATA_DIR: await mkdtemp(join(tmpdir(), "mindmesh-cli-")) };
});
afterAll(async () => {
  await database.drop();
  await rm(environment["DATA_DIR"] ?? "", { recursive: true });
});

const mindmesh = (...args: string[]) => runCommand(args, environment);

describe("the command line", { timeout: 120_000 }, () => {
  it("says that a key needs an account first", async () => {
    const made = await mindmesh("key", "create");
    expect(made).toMatchObject({ code: 1, stdout: "" });
    expect(made.stderr).toContain("Nobody has an account here yet. Make one with: user create");
  });

  it("makes the first account the owner and later ones not, with which people sign in", async () => {
    const first = await mindmesh("user", "create", "--email", " Ada@Example.org ", "--name", "Ada");
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toContain("ada@example.org can sign in and owns the server.");
    const invented = /Password: (\S+)/.exec(first.stdout)?.[1] ?? "";
    const bob = ["--email", "bob@example.org", "--name", "Bob", "--password", "a password of Bob"];
    const second = await mindmesh("user", "create", ...bob);
    expect(second.stdout).toBe("bob@example.org can sign in.\n");

    const server = await startTestServer({ databaseUrl: database.url });
    const signIn = async (email: string, password: string) => {
      const answer = await fetch(`${server.url}/api/auth/sign-in`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email, password }),
      });
      return { status: answer.status, body: await answer.json() };
    };
    expect(await signIn("ada@example.org", invented)).toMatchObject({
      status: 200,
      body: { person: { isInstanceOwner: true }, workspaces: [{ name: "Ada's workspace", role: "owner" }] },
    });
    expect(await signIn("bob@example.org", "a password of Bob")).toMatchObject({
      status: 200,
      body: { person: { isInstanceOwner: false } },
    });
    await server.close();
  });

  it("refuses in plain words what cannot be", async () => {
    const wrong = await mindmesh("user", "create", "--email", "nobody", "--name", "", "--password", "short");
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain("--email: Is not an e-mail address.");
    expect(wrong.stderr).toContain("--password: Must have at least 10 characters.");
    expect(wrong.stderr).not.toContain("    at ");
    const twice = await mindmesh("user", "create", "--email", "bob@example.org", "--name", "Bob");
    expect(twice).toMatchObject({ code: 1 });
    expect(twice.stderr).toContain("An account with this address exists.");
    const owner = await mindmesh("user", "create", "--email", "eve@example.org", "--name", "Eve", "--owner");
    expect(owner.stderr).toContain("ada@example.org owns this server already");
    const nobody = await mindmesh("key", "create", "--email", "zoe@example.org");
    expect(nobody.stderr).toContain("Nobody has the address zoe@example.org");
    const nonsense = await mindmesh("make", "coffee");
    expect(nonsense.code).toBe(1);
    expect(nonsense.stderr).toContain("unknown command");
  });

  it("prints an API key, and nothing else, that may do what its scope says; the owner's where nobody is named", async () => {
    const bobs = await mindmesh("key", "create", "--email", "Bob@example.org", "--name", "Bob's");
    expect(bobs.stderr).toContain("for bob@example.org in Bob's workspace");
    const made = await mindmesh("key", "create");
    expect(made).toMatchObject({ code: 0 });
    expect(made.stderr).toContain("for ada@example.org in Ada's workspace");
    expect(made.stdout).toMatch(/^mm_\w+\n$/);
    const server = await startTestServer({ databaseUrl: database.url });
    const headers = { authorization: `Bearer ${made.stdout.trim()}`, "content-type": "application/json" };
    const [workspace] = await server.sql<{ id: string }>("SELECT id FROM kernel.workspaces WHERE name LIKE 'Ada%'");
    const conversations = `${server.url}/api/workspaces/${workspace?.id}/chat/conversations`;
    expect((await fetch(conversations, { headers })).status).toBe(200);
    const written = await fetch(conversations, { method: "POST", headers, body: "{}" });
    expect(written.status).toBe(403);
    expect(await written.json()).toMatchObject({ error: { code: "scope_missing" } });
    await server.close();
  });
});
