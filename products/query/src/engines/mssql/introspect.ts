import type { Catalog, CatalogColumn, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { ColumnKind } from "@mindmesh/contracts/query/engine";
import type { IntrospectRequest } from "../engine.ts";
import { watchFailure, watchStatement } from "../statement-watch.ts";
import { statementFailure } from "./failures.ts";
import { type Login, ask } from "./login.ts";
import { begin, leaveNothing } from "./transaction.ts";

const seconds = 300;

type Row = (string | null)[];

/** Reads all that a database says of itself; what the login may not see is not in it. @throws StatementFailure */
export async function introspect(login: Login, { signal, progress, samples }: IntrospectRequest): Promise<Catalog> {
  const watch = watchStatement({ seconds, signal }, login.cancel, login.destroy);
  const question = async (share: number, about: string, sql: string) => {
    watch.check();
    progress(share, about);
    return watch.race(ask(login, sql));
  };
  try {
    await watch.race(begin(login, seconds, null));
    const [server = []] = await question(
      0,
      "version",
      "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(100)), SCHEMA_NAME()",
    );
    const tableRows = await question(
      0.05,
      "tables",
      `SELECT CAST(o.object_id AS varchar(20)), s.name, o.name, o.type, CAST(p.value AS nvarchar(4000)), CAST(x.rows AS varchar(30)),
         CAST(x.pages * 8192 AS varchar(30)), m.definition, CAST(HAS_PERMS_BY_NAME(QUOTENAME(s.name) + '.' + QUOTENAME(o.name), 'OBJECT', 'SELECT') AS int)
       FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
       LEFT JOIN sys.extended_properties p ON p.class = 1 AND p.major_id = o.object_id AND p.minor_id = 0 AND p.name = 'MS_Description'
       LEFT JOIN sys.sql_modules m ON m.object_id = o.object_id
       OUTER APPLY (SELECT SUM(CASE WHEN t.index_id IN (0, 1) THEN t.rows END) AS rows, SUM(a.total_pages) AS pages FROM sys.partitions t
         JOIN sys.allocation_units a ON a.container_id = t.hobt_id AND a.type IN (1, 3) WHERE t.object_id = o.object_id) x
       WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0 ORDER BY s.name, o.name`,
    );
    const columnRows = await question(
      0.2,
      "columns",
      `SELECT CAST(c.object_id AS varchar(20)), c.name, b.name, u.name, CAST(c.max_length AS int), CAST(c.precision AS int), CAST(c.scale AS int),
         CAST(c.is_nullable AS int), d.definition, CAST(c.is_identity AS int), k.definition, CAST(p.value AS nvarchar(4000))
       FROM sys.columns c JOIN sys.objects o ON o.object_id = c.object_id AND o.type IN ('U', 'V') AND o.is_ms_shipped = 0
       JOIN sys.types u ON u.user_type_id = c.user_type_id LEFT JOIN sys.types b ON b.user_type_id = c.system_type_id
       LEFT JOIN sys.default_constraints d ON d.object_id = c.default_object_id
       LEFT JOIN sys.computed_columns k ON k.object_id = c.object_id AND k.column_id = c.column_id
       LEFT JOIN sys.extended_properties p ON p.class = 1 AND p.major_id = c.object_id AND p.minor_id = c.column_id AND p.name = 'MS_Description'
       ORDER BY c.object_id, c.column_id`,
    );
    const indexRows = await question(
      0.5,
      "indexes",
      `SELECT CAST(i.object_id AS varchar(20)), i.name, c.name, CAST(x.is_included_column AS int), CAST(i.is_unique AS int), CAST(i.is_primary_key AS int),
         CAST(i.is_unique_constraint AS int), i.type_desc, i.filter_definition, CAST(i.is_disabled AS int)
       FROM sys.indexes i JOIN sys.objects o ON o.object_id = i.object_id AND o.type = 'U' AND o.is_ms_shipped = 0
       JOIN sys.index_columns x ON x.object_id = i.object_id AND x.index_id = i.index_id
       JOIN sys.columns c ON c.object_id = x.object_id AND c.column_id = x.column_id
       WHERE i.name IS NOT NULL ORDER BY i.object_id, i.index_id, x.is_included_column, x.key_ordinal`,
    );
    const keyRows = await question(
      0.7,
      "keys",
      `SELECT CAST(k.parent_object_id AS varchar(20)), k.name, c.name, s.name, r.name, rc.name, k.delete_referential_action_desc, k.update_referential_action_desc
       FROM sys.foreign_keys k JOIN sys.foreign_key_columns x ON x.constraint_object_id = k.object_id
       JOIN sys.columns c ON c.object_id = x.parent_object_id AND c.column_id = x.parent_column_id
       JOIN sys.objects r ON r.object_id = k.referenced_object_id JOIN sys.schemas s ON s.schema_id = r.schema_id
       JOIN sys.columns rc ON rc.object_id = x.referenced_object_id AND rc.column_id = x.referenced_column_id
       ORDER BY k.object_id, x.constraint_column_id`,
    );
    const checkRows = await question(
      0.8,
      "constraints",
      "SELECT CAST(parent_object_id AS varchar(20)), name, definition FROM sys.check_constraints",
    );
    const routineRows = await question(
      0.9,
      "functions",
      `SELECT s.name, o.name, o.type, ISNULL((SELECT STRING_AGG(CAST(p.name + ' ' + TYPE_NAME(p.user_type_id) AS nvarchar(max)), ', ') WITHIN GROUP (ORDER BY p.parameter_id)
           FROM sys.parameters p WHERE p.object_id = o.object_id AND p.parameter_id > 0), ''),
         ISNULL((SELECT TYPE_NAME(p.user_type_id) FROM sys.parameters p WHERE p.object_id = o.object_id AND p.parameter_id = 0), '')
       FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id WHERE o.type IN ('FN', 'IF', 'TF', 'P') AND o.is_ms_shipped = 0 ORDER BY 1, 2`,
    );
    progress(1, "done");

    const tables = new Map(tableRows.map((row) => [row[0], tableOf(row)]));
    for (const row of columnRows) tables.get(row[0] ?? "")?.columns.push(columnOf(row));
    for (const row of indexRows) addIndex(tables.get(row[0] ?? ""), row);
    for (const row of keyRows) addForeignKey(tables.get(row[0] ?? ""), row);
    for (const [table, name, expression] of checkRows) {
      tables.get(table ?? "")?.checks.push({ name: name ?? null, expression: expression ?? "" });
    }
    const closed = [...tables.values()].filter(({ gap }) => gap !== null).length;
    return {
      serverVersion: `SQL Server ${server[0] ?? ""}`,
      searchPath: [server[1] ?? "dbo"],
      tables: [...tables.values()],
      enums: [],
      functions: routineRows.map(([schema, name, type, parameters, returns]) => ({
        schema: schema ?? "",
        name: name ?? "",
        arguments: parameters ?? "",
        returns: returns ?? "",
        kind: type?.trim() === "P" ? "procedure" : "function",
        language: "sql",
        volatility: null,
        securityDefiner: false,
        comment: null,
      })),
      gaps: [
        ...(closed > 0 ? [`The login may not read ${closed} of ${tables.size} tables.`] : []),
        ...(samples ? ["Samples of values are not read from SQL Server."] : []),
      ],
    };
  } catch (error) {
    const reason = watch.reason();
    throw reason === null ? statementFailure(error, "") : watchFailure(reason, error);
  } finally {
    await watch.stop();
    await leaveNothing(login);
  }
}

const number = (text: string | null | undefined) => (text === null || text === undefined ? null : Number(text));

function tableOf([, schema, name, type, comment, rows, bytes, definition, mayRead]: Row): CatalogTable {
  return {
    schema: schema ?? "",
    name: name ?? "",
    kind: type?.trim() === "V" ? "view" : "table",
    comment: comment ?? null,
    rowEstimate: number(rows),
    bytes: number(bytes),
    columns: [],
    primaryKey: null,
    uniqueKeys: [],
    foreignKeys: [],
    checks: [],
    indexes: [],
    definition: definition ?? null,
    sequentialScans: null,
    analyzedAt: null,
    gap: mayRead === "1" ? null : "The login may not read this table.",
  };
}

const kinds: [RegExp, ColumnKind][] = [
  [/^(tinyint|smallint|int|bigint)$/, "integer"],
  [/^(decimal|numeric|money|smallmoney)$/, "decimal"],
  [/^(float|real)$/, "float"],
  [/^bit$/, "boolean"],
  [/^date$/, "date"],
  [/^time$/, "time"],
  [/^(datetime|datetime2|smalldatetime|datetimeoffset)$/, "timestamp"],
  [/^uniqueidentifier$/, "uuid"],
  [/^(binary|varbinary|image|timestamp|rowversion)$/, "binary"],
  [/^(geometry|geography)$/, "geometry"],
  [/(char|text|xml|sysname)$/, "text"],
];

function columnOf(row: Row): CatalogColumn {
  const [, name, base, own, bytes, precision, scale, nullable, initial, identity, computed, comment] = row;
  const type = base ?? own ?? "";
  const kind = kinds.find(([pattern]) => pattern.test(type))?.[1] ?? "other";
  const isWide = type.startsWith("n");
  const length = bytes === "-1" ? null : Number(bytes) / (isWide ? 2 : 1);
  let written = own ?? type;
  if (/^(n?var|n)?(char|binary)$/.test(type) && own === base) written = `${type}(${length ?? "max"})`;
  else if (/^(decimal|numeric)$/.test(type) && own === base) written = `${type}(${precision},${scale})`;
  return {
    name: name ?? "",
    type: written,
    kind,
    nullable: nullable === "1",
    default: computed ?? initial ?? null,
    generated: identity === "1" ? "identity" : computed ? "computed" : null,
    comment: comment ?? null,
    enumValues: null,
    length: kind === "text" ? length : null,
    precision: kind === "decimal" ? number(precision) : null,
    scale: kind === "decimal" ? number(scale) : null,
    statistics: null,
  };
}

function addIndex(table: CatalogTable | undefined, row: Row): void {
  if (!table) return;
  const [, name = "", column = "", included, unique, primary, constraint, method, condition, disabled] = row;
  let index = table.indexes.find((each) => each.name === name);
  if (!index) {
    index = {
      name: name ?? "",
      parts: [],
      included: [],
      unique: unique === "1",
      primary: primary === "1",
      method: method?.toLowerCase() ?? null,
      condition: condition ?? null,
      bytes: null,
      scans: null,
      valid: disabled !== "1",
    };
    table.indexes.push(index);
  }
  (included === "1" ? index.included : index.parts).push(column ?? "");
  if (primary === "1") table.primaryKey = { name: index.name, columns: index.parts };
  else if (constraint === "1" && index.parts.length === 1)
    table.uniqueKeys.push({ name: index.name, columns: index.parts });
}

function addForeignKey(table: CatalogTable | undefined, row: Row): void {
  if (!table) return;
  const [, name = null, column, schema, other, otherColumn, onDelete, onUpdate] = row;
  let key = table.foreignKeys.find((each) => each.name === name);
  if (!key) {
    key = {
      name,
      columns: [],
      to: { schema: schema ?? "", name: other ?? "" },
      toColumns: [],
      onDelete: onDelete?.replaceAll("_", " ") ?? null,
      onUpdate: onUpdate?.replaceAll("_", " ") ?? null,
    };
    table.foreignKeys.push(key);
  }
  key.columns.push(column ?? "");
  key.toColumns.push(otherColumn ?? "");
}
