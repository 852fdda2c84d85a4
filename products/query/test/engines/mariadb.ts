import { randomBytes } from "node:crypto";
import mysql, { type Connection } from "mysql2/promise";
import { inject } from "vitest";

/** A database of the test's own in MariaDB, with an admin in it. */
export async function createMariaDatabase(): Promise<{ url: string; admin: Connection; drop(): Promise<void> }> {
  const base = inject("mariaDbUrl");
  if (base === null) throw new Error("MariaDB is not there");
  const name = `test_${randomBytes(6).toString("hex")}`;
  const admin = await mysql.createConnection({ uri: base, multipleStatements: true });
  await admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4; USE ${name}`);
  return {
    url: `${base}${name}`,
    admin,
    async drop() {
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
    },
  };
}
