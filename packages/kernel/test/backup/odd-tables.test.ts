import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { migrate } from "@mindmesh/kernel/db";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { instanceRows } from "@mindmesh/test-support";
import { backupTo, folderBlobs, owners, places, restoreFrom, run, source } from "./instances.ts";

let at: ReturnType<typeof places>;
beforeEach(() => {
  at = places();
});
afterEach(() => at.remove());

async function withSchema(sql: string) {
  const folder = await at.folder();
  await writeFile(join(folder, "0001_odd.sql"), `-- Up Migration\n${sql}`);
  const all = [...owners, { schema: "odd", folder: pathToFileURL(`${folder}/`) }];
  const databaseUrl = await at.database(inject("databaseUrl"));
  await migrate(databaseUrl, all);
  await run(
    databaseUrl,
    "INSERT INTO kernel.people (id, email, name) VALUES (gen_random_uuid(), 'a@example.org', 'A')",
  );
  return { folder, databaseUrl, all };
}

describe("a product's tables", () => {
  it("come back whatever they are made of: counters, computed columns, cycles, triggers, partitions, odd values", async () => {
    const { folder, databaseUrl, all } = await withSchema(`
      CREATE TABLE odd.numbered (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        serial_id serial,
        name text NOT NULL,
        upper_name text GENERATED ALWAYS AS (upper(name)) STORED,
        friend integer REFERENCES odd.numbered (id)
      );
      CREATE TABLE odd.left_side (id integer PRIMARY KEY, other integer NOT NULL);
      CREATE TABLE odd.right_side (id integer PRIMARY KEY, other integer NOT NULL REFERENCES odd.left_side (id));
      ALTER TABLE odd.left_side ADD FOREIGN KEY (other) REFERENCES odd.right_side (id) DEFERRABLE INITIALLY DEFERRED;
      CREATE TABLE odd.history (at timestamptz NOT NULL, what text) PARTITION BY RANGE (at);
      CREATE TABLE odd.history_old PARTITION OF odd.history FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
      CREATE TABLE odd.history_new PARTITION OF odd.history DEFAULT;
      CREATE TABLE odd.values (b bytea, j jsonb, f double precision, n numeric, t timestamptz, i interval, a text[], e text);
      CREATE TABLE odd.said (text text);
      CREATE FUNCTION odd.say() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO odd.said VALUES ('a row came'); RETURN NEW; END $$;
      CREATE TRIGGER say AFTER INSERT ON odd.numbered FOR EACH ROW EXECUTE FUNCTION odd.say();
    `);
    await run(
      databaseUrl,
      `INSERT INTO odd.numbered (name) SELECT 'n' || i FROM generate_series(1, 100) i;
       DELETE FROM odd.numbered WHERE id > 90;
       UPDATE odd.numbered SET friend = 91 - id;
       BEGIN;
       INSERT INTO odd.left_side VALUES (1, 2);
       INSERT INTO odd.right_side VALUES (2, 1);
       COMMIT;
       INSERT INTO odd.history VALUES ('2019-05-05', 'old'), ('2026-05-05', 'new'), ('infinity', 'never');
       INSERT INTO odd.values VALUES
         ('\\x00ff5c2e0a', '{"a": [1, null, "\\\\u00e9"]}', 'NaN', 12345678901234567890.123456789, '-infinity',
          '1 year 2 mons -3 days 04:05:06.789', ARRAY['a,b', NULL, '{}', '"'], ''),
         (NULL, 'null', 0.1::float8 + 0.2, 'NaN', '2026-03-29 01:59:59.999999+01', '-00:00:01', '{}', '\\N');`,
    );
    const before = await instanceRows(databaseUrl);
    expect(before["odd.numbered"]).toMatch(/^90 rows/);
    const file = join(await at.folder(), "odd.backup");
    await backupTo(file, source(databaseUrl, folderBlobs(folder), { owners: all }));
    const restoredUrl = await at.database(inject("nativePostgresUrl") ?? inject("databaseUrl"));
    await restoreFrom(file, {
      databaseUrl: restoredUrl,
      blobs: folderBlobs(folder),
      dataDirectory: folder,
      owners: all,
    });

    expect(await instanceRows(restoredUrl)).toMatchObject(before);
    expect(await run(restoredUrl, "SELECT count(*)::int AS said FROM odd.said")).toEqual([{ said: 100 }]);
    // Counters go on where they stood, behind rows that had been deleted; triggers and references work again.
    expect(await run(restoredUrl, "INSERT INTO odd.numbered (name) VALUES ('next') RETURNING id, serial_id")).toEqual([
      { id: 101, serial_id: 101 },
    ]);
    expect(await run(restoredUrl, "SELECT count(*)::int AS said FROM odd.said")).toEqual([{ said: 101 }]);
    await expect(run(restoredUrl, "UPDATE odd.numbered SET friend = 5000 WHERE id = 1")).rejects.toThrow(
      "numbered_friend_fkey",
    );
    await expect(run(restoredUrl, "INSERT INTO odd.left_side VALUES (7, 7)")).rejects.toThrow("left_side_other_fkey");
  });

  it("are all of one moment, though people go on writing while the backup is made", async () => {
    const { folder, databaseUrl, all } = await withSchema(
      `CREATE TABLE odd.a_first (id integer, padding text);
       CREATE TABLE odd.z_last (id integer, padding text);`,
    );
    const pad = "repeat(md5(random()::text), 50)";
    await run(
      databaseUrl,
      `INSERT INTO odd.a_first SELECT i, ${pad} FROM generate_series(1, 4000) i;
       INSERT INTO odd.z_last SELECT id, padding FROM odd.a_first;`,
    );
    const writer = new pg.Client({ connectionString: databaseUrl });
    await writer.connect();
    let next = 4000;
    const stop = new AbortController();
    const writes = (async () => {
      while (!stop.signal.aborted) {
        next += 1;
        await writer.query(`WITH one AS (INSERT INTO odd.a_first VALUES (${next}, ${pad}) RETURNING id, padding)
                            INSERT INTO odd.z_last SELECT * FROM one`);
        await wait(1);
      }
    })();
    const file = join(await at.folder(), "moving.backup");
    const begun = next;
    await backupTo(file, source(databaseUrl, folderBlobs(folder), { owners: all }));
    const ended = next;
    stop.abort();
    await writes;
    await writer.end();
    expect(ended).toBeGreaterThan(begun);

    const restoredUrl = await at.database(inject("databaseUrl"));
    await restoreFrom(file, {
      databaseUrl: restoredUrl,
      blobs: folderBlobs(folder),
      dataDirectory: folder,
      owners: all,
    });
    const [state] = await run<{ rows: number; alone: number }>(
      restoredUrl,
      `SELECT (SELECT count(*)::int FROM odd.a_first) AS rows,
              (SELECT count(*)::int FROM odd.a_first FULL JOIN odd.z_last USING (id)
               WHERE a_first.padding IS DISTINCT FROM z_last.padding) AS alone`,
    );
    expect(state?.alone).toBe(0);
    expect(state?.rows).toBeGreaterThanOrEqual(begun);
    expect(state?.rows).toBeLessThan(ended);
  });
});
