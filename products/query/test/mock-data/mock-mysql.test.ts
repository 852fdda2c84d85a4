import { skipUnless } from "@mindmesh/test-support";
import type { Connection } from "mysql2/promise";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openLogin } from "../../src/engines/mysql/login.ts";
import { findProblems } from "../../src/mock-data/find-problems.ts";
import { makeMockRows } from "../../src/mock-data/mock-rows.ts";
import { suggestPlan } from "../../src/mock-data/suggest-plan.ts";
import { writeMysql } from "../../src/mock-data/write-mysql.ts";
import { createMariaDatabase } from "../engines/mariadb.ts";
import { localWay, openTestSession, targetOf } from "../engines/sessions.ts";

skipUnless("mariaDb")("made-up rows in MariaDB", () => {
  let database: Awaited<ReturnType<typeof createMariaDatabase>>;
  let admin: Connection;
  beforeAll(async () => {
    database = await createMariaDatabase();
    ({ admin } = database);
    await admin.query(`
      CREATE TABLE branches (country char(2) NOT NULL, number int NOT NULL, name varchar(60) NOT NULL, head_id bigint, PRIMARY KEY (country, number));
      CREATE TABLE staff (
        id bigint AUTO_INCREMENT PRIMARY KEY, country char(2) NOT NULL, branch int NOT NULL, email varchar(80) NOT NULL UNIQUE,
        badge int NOT NULL, role enum('clerk', 'lead') NOT NULL, born date CHECK (born < '2010-01-01'), photo blob, active tinyint(1) NOT NULL,
        salary decimal(10, 2) NOT NULL CHECK (salary BETWEEN 1000 AND 9000), joined_at datetime NOT NULL, note text,
        UNIQUE (country, branch, badge), FOREIGN KEY (country, branch) REFERENCES branches (country, number));
      CREATE TABLE shifts (staff_id bigint NOT NULL, day date NOT NULL, country char(2) NOT NULL, branch int NOT NULL,
        PRIMARY KEY (staff_id, day), FOREIGN KEY (staff_id) REFERENCES staff (id), FOREIGN KEY (country, branch) REFERENCES branches (country, number));
      ALTER TABLE branches ADD FOREIGN KEY (head_id) REFERENCES staff (id);`);
  });
  afterAll(() => database.drop());

  async function planFor(rows: number) {
    const session = await openTestSession(targetOf("mysql", database.url));
    try {
      const { signal } = new AbortController();
      const { tables } = await session.introspect({ signal, progress: () => undefined, samples: false });
      const plan = suggestPlan({ tables }, { seed: 5, locale: "en", rows, today: "2026-11-28" });
      expect(findProblems(plan, tables)).toEqual([]);
      return { plan, tables };
    } finally {
      await session.close();
    }
  }

  async function write({ plan, tables }: Awaited<ReturnType<typeof planFor>>): Promise<number> {
    const login = await openLogin(targetOf("mysql", database.url), localWay());
    try {
      return await writeMysql(login, makeMockRows(plan, tables), () => undefined);
    } finally {
      await login.close();
    }
  }

  const one = async (sql: string) =>
    Object.values(((await admin.query(sql))[0] as Record<string, unknown>[])[0] ?? {})[0];

  it("keys of two columns, a ring, enumerations and checks hold, and counted columns go on after them", async () => {
    expect(await write(await planFor(300))).toBe(900);
    expect(
      await one("SELECT COUNT(*) FROM staff s JOIN branches b ON b.country = s.country AND b.number = s.branch"),
    ).toBe(300);
    expect(await one("SELECT COUNT(DISTINCT country, branch, badge) FROM staff")).toBe(300);
    expect(await one("SELECT COUNT(*) > 100 FROM branches JOIN staff ON staff.id = head_id")).toBe(1);
    await admin.query(
      "INSERT INTO staff (country, branch, email, badge, role, active, salary, joined_at) SELECT country, number, 'after', -1, 'lead', 1, 1000, NOW() FROM branches LIMIT 1",
    );
    expect(await one("SELECT id FROM staff WHERE email = 'after'")).toBe(301);
  });

  it("rows that the database refuses leave nothing behind, and neither does a table that cannot be rolled back", async () => {
    const ready = await planFor(20);
    await expect(write(ready)).rejects.toThrow(/Duplicate entry/);
    expect(await one("SELECT COUNT(*) FROM branches")).toBe(300);
    await admin.query("CREATE TABLE loose (id int) ENGINE = MyISAM");
    const { plan, tables } = await planFor(5);
    const only = { ...plan, tables: plan.tables.filter(({ name }) => name === "loose") };
    await expect(write({ plan: only, tables })).rejects.toThrow(/MyISAM, which cannot roll back/);
  });
});
