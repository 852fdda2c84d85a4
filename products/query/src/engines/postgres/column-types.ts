import type { ColumnKind, ResultColumn } from "@mindmesh/contracts/query/engine";
import type { FieldDef } from "pg";
import type { Login } from "./login.ts";
import { ask } from "./transaction.ts";

interface TypeEntry {
  name: string;
  kind: ColumnKind;
}

const loaded = new WeakMap<Login, Map<number, TypeEntry>>();

/** All types of a database but those of the rows of its tables, asked for once per login. */
export async function typesOf(login: Login): Promise<Map<number, TypeEntry>> {
  const known = loaded.get(login);
  if (known) return known;
  const { rows } = await ask(
    login,
    `SELECT t.oid, format_type(t.oid, NULL), t.typname, t.typtype, t.typcategory, t.typbasetype, b.typname, b.typcategory
     FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
     LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
     WHERE t.typtype <> 'c' AND (t.typcategory <> 'A' OR e.typtype <> 'c')`,
  );
  const types = new Map<number, TypeEntry>();
  for (const [oid, name, own, type, category, , base, baseCategory] of rows) {
    const kind =
      type === "d" ? kindOf(base ?? "", "b", baseCategory ?? "") : kindOf(own ?? "", type ?? "", category ?? "");
    types.set(Number(oid), { name: name ?? "", kind });
  }
  loaded.set(login, types);
  return types;
}

const kinds: Record<string, ColumnKind> = {
  int2: "integer",
  int4: "integer",
  int8: "integer",
  oid: "integer",
  numeric: "decimal",
  float4: "float",
  float8: "float",
  bool: "boolean",
  date: "date",
  time: "time",
  timetz: "time",
  timestamp: "timestamp",
  timestamptz: "timestamp",
  interval: "interval",
  json: "json",
  jsonb: "json",
  bytea: "binary",
  uuid: "uuid",
  geometry: "geometry",
  geography: "geometry",
  xml: "text",
};

/** By the type's own name, its `typtype` and its `typcategory`. */
export function kindOf(name: string, type: string, category: string): ColumnKind {
  if (category === "A") return "array";
  if (type === "e") return "enum";
  if (type === "r" || type === "m") return "range";
  const known = kinds[name];
  if (known) return known;
  if (category === "S") return "text";
  if (category === "G") return "geometry";
  return "other";
}

/** Columns of a result with their types as the database writes them. */
export function resultColumns(fields: FieldDef[], types: Map<number, TypeEntry>): ResultColumn[] {
  return fields.map((field) => {
    const entry = types.get(field.dataTypeID) ?? { name: "record", kind: "other" };
    return { name: field.name, type: withModifier(entry.name, field.dataTypeModifier), kind: entry.kind };
  });
}

/** What `format_type` makes of a type modifier, for the types that people write one with. */
function withModifier(name: string, modifier: number): string {
  if (modifier < 0) return name;
  // The modifier of these counts its own four bytes (VARHDRSZ in PostgreSQL's source).
  const inner = modifier - 4;
  if (name === "numeric") {
    const scale = inner & 0x7ff;
    // Eleven bits with a sign, since version 15.
    return `numeric(${(inner >> 16) & 0xffff},${scale > 1023 ? scale - 2048 : scale})`;
  }
  if (name === "character varying" || name === "character") return `${name}(${inner})`;
  if (name === "bit" || name === "bit varying") return `${name}(${modifier})`;
  const timed = /^(timestamp|time) (with|without) time zone$/.exec(name);
  return timed ? `${timed[1]}(${modifier}) ${timed[2]} time zone` : name;
}
