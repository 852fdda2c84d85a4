import { createLogger } from "@mindmesh/kernel/observe";
import { createTestDatabase } from "@mindmesh/test-support";
import { sql } from "drizzle-orm";
import { openDatabase } from "@mindmesh/kernel/db";
import { describe, expect, it } from "vitest";

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger("info", { write: (line) => void lines.push(line) }));
  return lines.join("");
}

describe("the log", () => {
  it("tells why a query failed without the values that were to be stored", async () => {
    const database = await createTestDatabase();
    const db = openDatabase({ url: database.url });
    const failure: unknown = await db
      .system((tx) =>
        tx.execute(
          sql`INSERT INTO kernel.people (id, email, name) VALUES (${crypto.randomUUID()}, ${"A secret"}, ${"x"})`,
        ),
      )
      .catch((error: unknown) => error);
    await db.close();
    await database.drop();
    const line = logged((log) => log.error({ err: failure }, "it failed"));
    expect(line).toContain("INSERT INTO kernel.people");
    expect(line).toContain("people_email_check");
    expect(line).toContain("logger.test.ts");
    expect(line).not.toContain("A secret");
  });

  it("cuts out passwords, keys and tokens that an object carries", () => {
    const line = logged((log) =>
      log.info({
        body: { password: "hunter2hunter2", apiKey: "sk-123456", refreshToken: "abcdef" },
        req: { headers: { authorization: "Bearer xyz", cookie: "mm_access=xyz" } },
      }),
    );
    expect(line).not.toMatch(/hunter2|sk-123456|abcdef|xyz/);
    expect(line).toContain("[cut]");
  });
});
