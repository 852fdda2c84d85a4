import pg from "pg";

// What a backup leaves out on purpose, and what a restore moves forward.
const apart = ["kernel.servers", "kernel.events", "kernel.event_heads"];
const jobTables = ["pgboss.queue", "pgboss.job"];

/** Every table of an instance with the number of its rows and a hash over all of their values. */
export async function instanceRows(databaseUrl: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("SET timezone = 'UTC'; SET datestyle = 'ISO, MDY'");
    const { rows } = await client.query<{ name: string }>(
      `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
         AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'public') ORDER BY 1`,
    );
    const result: Record<string, string> = {};
    for (const { name } of rows) {
      if (
        apart.includes(name) ||
        name.endsWith(".migrations") ||
        (name.startsWith("pgboss.") && !jobTables.includes(name))
      )
        continue;
      const { rows: found } = await client.query<{ text: string }>(
        `SELECT count(*) || ' rows ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C")), '') AS text
         FROM ${name} t`,
      );
      result[name] = found[0]?.text ?? "";
    }
    return result;
  } finally {
    await client.end();
  }
}
