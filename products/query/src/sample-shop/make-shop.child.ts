// Runs in a process of its own, see startChild: makes the file of the sample shop.
import { DatabaseSync } from "node:sqlite";
import { limitMyself } from "@mindmesh/kernel/isolated";
import { serveChild } from "../engines/child/serve-child.ts";
import { sqliteFailure } from "../engines/sqlite/failures.ts";
import { introspectSqlite } from "../engines/sqlite/introspect.ts";
import { rowsOf } from "../engines/sqlite/rows.ts";
import { makeMockRows } from "../mock-data/mock-rows.ts";
import { writeSqlite } from "../mock-data/write-sqlite.ts";
import { finishShop } from "./finish-shop.ts";
import { shopPlan } from "./shop-plan.ts";
import { shopIndexes, shopTables } from "./shop-tables.ts";

limitMyself();

serveChild(async (request, turn) => {
  if (request.ask !== "shop") throw new Error("this program only makes the sample shop");
  const database = new DatabaseSync(request.path, { readBigInts: true, returnArrays: true });
  // Nobody else has the file, and one that is not finished is thrown away.
  database.exec(
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -64000; PRAGMA foreign_keys = OFF; BEGIN",
  );
  database.exec(shopTables);
  const { tables } = introspectSqlite(database, "", false, () => undefined);
  const plan = shopPlan({ tables }, request.today);
  const planned = plan.tables.reduce((sum, { rows }) => sum + rows, 0);
  const progress = (rows: number, table: string) => turn.progress((rows / planned) * 0.9, table);
  await writeSqlite(database, makeMockRows(plan, tables), progress);
  turn.progress(0.9, "indexes");
  database.exec(shopIndexes);
  for (const statement of finishShop(request.today)) database.exec(statement);
  database.exec("COMMIT; ANALYZE; PRAGMA user_version = 1");
  const [broken] = rowsOf<[string, bigint, string]>(database, "PRAGMA foreign_key_check");
  if (broken) throw new Error(`row ${broken[1]} of ${broken[0]} refers to nothing in ${broken[2]}`);
  let rows = 0;
  for (const { name } of tables) {
    const [count] = rowsOf<[bigint]>(database, `SELECT count(*) FROM ${name}`);
    rows += Number(count?.[0]);
  }
  database.close();
  return { tables: tables.length, rows };
}, sqliteFailure);
