import { Client } from "pg";
import { StartError } from "./start-error.ts";

const reasons: Record<string, string> = {
  ECONNREFUSED: "nothing listens there: is PostgreSQL running, and is the port right?",
  ENOTFOUND: "there is no host of that name.",
  EAI_AGAIN: "the host's name could not be looked up.",
  ETIMEDOUT: "it does not answer: a firewall, or a wrong address?",
  ECONNRESET: "it closed the connection: does it expect TLS (sslmode=require)?",
  "28P01": "the password is wrong.",
  "28000": "it does not let this user in (pg_hba.conf).",
  "3D000": "it has no database of that name. Create one: CREATE DATABASE mindmesh.",
  "53300": "it has no connection left to give (max_connections).",
};

/**
 * Connects once to the PostgreSQL of an address, to say early and in words what is wrong with it.
 * @throws StartError naming host and database, never the password
 */
export async function reachDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 15_000 });
  client.on("error", () => undefined); // what ends it is told by the promises below
  try {
    await client.connect();
  } catch (error) {
    const { code = "", message } = error as Error & { code?: string };
    const { host, pathname } = new URL(url);
    throw new StartError(
      `DATABASE_URL leads to ${host}${pathname}, but ${reasons[code] ?? `it cannot be used: ${message}`}`,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
