import { createHash } from "node:crypto";
import type { Catalog, CatalogColumn, CatalogTable, InferredKey, TableName } from "@mindmesh/contracts/query/catalog";

/** A foreign key that may be, before anybody looked at values. */
export type KeyCandidate = Omit<InferredKey, "decision">;

/** Below this nothing is shown: a name alone that fits two tables is not enough. */
export const leastConfidence = 0.5;

/** Kinds of columns that keys are made of. */
const keyKinds = new Set(["integer", "decimal", "text", "uuid"]);

/** Endings and beginnings that say "this refers to". */
const reference = /^(?:(?:id|fk)_(?<before>.+)|(?<after>.+?)_(?:id|key|code|no|nr|num|number|uuid|fk|ref))$/;
/** A parent in a tree: the table itself. */
const ofItself = /^(?:.+_)?(?:parent|predecessor|supersedes|replaces|previous|root)$/;
/** Words for people who did something. */
const byPerson = /^(?:created|updated|changed|modified|deleted|approved|assigned|owned)_by$/;
const peopleTables = new Set(["user", "person", "member", "account", "employee"]);

/**
 * Foreign keys that nobody declared, as far as names and types speak for them: a column such as `customer_id` where a table `customers`
 * has a key of the same type; several columns that are named and typed as the whole key of another table. Best first; for a column
 * only the best targets. Values have to confirm it: see `measureOverlap`.
 */
export function inferKeys(catalog: Catalog): KeyCandidate[] {
  const targets = targetIndex(keyTargets(catalog.tables));
  const found: KeyCandidate[] = [];
  for (const table of catalog.tables) {
    if (table.kind !== "table" && table.kind !== "partitioned table") continue;
    const declared = new Set(table.foreignKeys.flatMap(({ columns }) => columns));
    const ownKey = table.primaryKey?.columns ?? [];
    for (const column of table.columns) {
      if (declared.has(column.name) || !keyKinds.has(column.kind) || column.generated !== null) continue;
      if (ownKey.length === 1 && ownKey[0] === column.name && !isShared(table, column, targets)) continue;
      found.push(...candidatesOf(table, column, targets));
    }
  }
  return [...found, ...wideCandidates(catalog.tables)].sort((one, other) => other.confidence - one.confidence);
}

/** Keys of more columns than this are of tables that nobody refers to. */
const widestKey = 4;

/**
 * Tables that have all columns of another one's key of several columns, by the same names and types; or by the table's name before it, as in
 * `orders (tenant_id, customer_id)` beside `customers (tenant_id, id)`. At least one of them must be more than a name that every table has.
 */
function wideCandidates(tables: readonly CatalogTable[]): KeyCandidate[] {
  const shapes = tables
    .filter(({ kind }) => kind === "table" || kind === "partitioned table")
    .map((table) => ({ table, columns: new Map(table.columns.map((column) => [snake(column.name), column])) }));
  const uses = new Map<string, number>();
  for (const { columns } of shapes) for (const name of columns.keys()) uses.set(name, (uses.get(name) ?? 0) + 1);
  const isRare = (name: string) => (uses.get(name) ?? 0) <= Math.max(4, shapes.length / 20);
  return shapes.flatMap(({ table: target, columns: targetColumns }) => {
    const roles = namesOf(target);
    const keys = [...(target.primaryKey ? [target.primaryKey] : []), ...target.uniqueKeys].filter(
      ({ columns }) => columns.length > 1 && columns.length <= widestKey,
    );
    return keys.flatMap((key, index) => {
      const names = key.columns.map(snake);
      const keyColumns = names.map((name) => targetColumns.get(name));
      if (keyColumns.some((column) => column === undefined || !keyKinds.has(column.kind))) return [];
      const isMain = index === 0 && target.primaryKey !== null;
      return shapes.flatMap(({ table, columns }): KeyCandidate[] => {
        if (table === target) return [];
        const byRole = names.map((name) => roles.flatMap((role) => columns.get(`${role}_${name}`) ?? [])[0]);
        const own = names.map((name, at) => byRole[at] ?? columns.get(name));
        const fits = own.every((column, at) => column !== undefined && sameType(column, keyColumns[at]!));
        const isSpecific = names.some((name, at) => byRole[at] !== undefined || isRare(name));
        if (!fits || !isSpecific || isKnownLink(table, own as CatalogColumn[])) return [];
        const from = { schema: table.schema, name: table.name };
        const to = { schema: target.schema, name: target.name };
        const source = own.map((column) => column!.name);
        const confidence = round((table.schema === target.schema ? 0.65 : 0.5) - (isMain ? 0 : 0.1));
        const place = `${target.name} (${key.columns.join(", ")})`;
        const evidence = [`It has all columns of the key ${place}, by their names.`, "Their types fit."];
        const ends = { from, columns: source, to, toColumns: key.columns };
        return [{ key: keyOf(from, source, to, key.columns), ...ends, confidence, evidence }];
      });
    });
  });
}

/**
 * These columns are declared to refer to something; or they are the table's own key, as of two tables between the same others: neither refers
 * to the other then more than the other to it.
 */
function isKnownLink(table: CatalogTable, columns: readonly CatalogColumn[]): boolean {
  const names = columns.map(({ name }) => name);
  const isSame = (other: readonly string[]) =>
    other.length === names.length && other.every((name) => names.includes(name));
  const keys = [table.primaryKey, ...table.uniqueKeys].flatMap((key) => (key ? [key.columns] : []));
  return [...keys, ...table.foreignKeys.map((key) => key.columns)].some(isSame);
}

interface Target {
  table: CatalogTable;
  column: CatalogColumn;
  /** The table's name in the singular, without prefixes; and with its own column's name for keys such as `customer_id`. */
  names: string[];
  /** Of its column, in small letters with underscores. */
  key: string;
  isPrimary: boolean;
}

/** Targets by each of their names and by their table: of a thousand tables a column is compared with a few. */
interface TargetIndex {
  byName: ReadonlyMap<string, Target[]>;
  byTable: ReadonlyMap<CatalogTable, Target[]>;
}

function targetIndex(targets: readonly Target[]): TargetIndex {
  const byName = new Map<string, Target[]>();
  const byTable = new Map<CatalogTable, Target[]>();
  const add = <Key>(map: Map<Key, Target[]>, key: Key, target: Target) => {
    const known = map.get(key);
    if (known === undefined) map.set(key, [target]);
    else known.push(target);
  };
  for (const target of targets) {
    add(byTable, target.table, target);
    for (const name of target.names) {
      add(byName, name, target);
      add(byName, inSchema(target.table, name), target);
    }
  }
  return { byName, byTable };
}

const inSchema = ({ schema }: CatalogTable, name: string) => `${schema}\u0000${name}`;

/**
 * The targets whose names a column's name may speak of: whole, with a role before it, or of the same table. What the own schema has
 * is not looked for in others: where each customer has a schema, all have the same tables.
 */
function named(table: CatalogTable, name: string, base: string | null, { byName, byTable }: TargetIndex): Set<Target> {
  const words = base ?? name;
  const asked = byPerson.test(name) ? [...peopleTables] : [words];
  for (let at = words.indexOf("_"); at !== -1; at = words.indexOf("_", at + 1)) asked.push(words.slice(at + 1));
  return new Set([
    ...asked.flatMap((each) => byName.get(inSchema(table, each)) ?? byName.get(each) ?? []),
    ...(byTable.get(table) ?? []),
  ]);
}

function keyTargets(tables: readonly CatalogTable[]): Target[] {
  return tables.flatMap((table) => {
    const names = namesOf(table);
    const keys = [...(table.primaryKey ? [table.primaryKey] : []), ...table.uniqueKeys];
    return keys.flatMap((key, index): Target[] => {
      const [name] = key.columns;
      const column = table.columns.find((each) => each.name === name);
      if (key.columns.length !== 1 || column === undefined || !keyKinds.has(column.kind)) return [];
      const isPrimary = index === 0 && table.primaryKey !== null;
      return [{ table, column, names, key: snake(column.name), isPrimary }];
    });
  });
}

/** A key that is also another table's, as in `users(id)` and `profiles(user_id)`: a name that says so counts. */
function isShared(table: CatalogTable, column: CatalogColumn, { byName }: TargetIndex): boolean {
  const base = baseOf(snake(column.name));
  return base !== null && (byName.get(base) ?? []).some((target) => target.table !== table);
}

function candidatesOf(table: CatalogTable, column: CatalogColumn, targets: TargetIndex): KeyCandidate[] {
  const name = snake(column.name);
  const base = baseOf(name);
  const matches = [...named(table, name, base, targets)].flatMap((target): KeyCandidate[] => {
    const isSelf = target.table === table;
    if (isSelf && target.column === column) return [];
    const reason = nameReason(name, base, target, isSelf);
    if (reason === null || !sameType(column, target.column)) return [];
    const evidence = [reason.text];
    let { confidence } = reason;
    if (column.type === target.column.type) {
      confidence += 0.1;
      evidence.push(`Both are ${column.type}.`);
    } else evidence.push(`Their types fit: ${column.type} and ${target.column.type}.`);
    if (table.schema === target.table.schema) confidence += 0.05;
    if (!target.isPrimary) confidence -= 0.15;
    const from = { schema: table.schema, name: table.name };
    const to = { schema: target.table.schema, name: target.table.name };
    const columns = [column.name];
    const toColumns = [target.column.name];
    const key = keyOf(from, columns, to, toColumns);
    return [{ key, from, columns, to, toColumns, confidence: round(confidence), evidence }];
  });
  const best = Math.max(...matches.map(({ confidence }) => confidence));
  return matches.filter(({ confidence }) => confidence >= leastConfidence - 0.1 && confidence > best - 0.1).slice(0, 3);
}

function nameReason(
  name: string,
  base: string | null,
  target: Target,
  isSelf: boolean,
): { confidence: number; text: string } | null {
  const place = `${target.table.name}.${target.column.name}`;
  const targetName = target.key;
  if (isSelf) {
    if (!ofItself.test(base ?? name) || !target.isPrimary) return null;
    return { confidence: 0.55, text: `${name} is a name for another row of the same table.` };
  }
  // `customer_id` beside customers(customer_id): the whole name says it.
  if (name === targetName && base !== null && target.names.includes(base)) {
    return { confidence: 0.7, text: `The name is that of the key ${place}.` };
  }
  const isPlainKey =
    targetName === "id" || target.names.some((each) => targetName === `${each}_id`) || target.isPrimary;
  if (base === null) {
    if (byPerson.test(name) && target.isPrimary && target.names.some((each) => peopleTables.has(each))) {
      return { confidence: 0.45, text: `${name} is a name for a person, and ${target.table.name} holds people.` };
    }
    // Such as a column `country` beside countries(code) of the same type.
    if (target.names.includes(name) && target.isPrimary) {
      return { confidence: 0.45, text: `The name is that of the table ${target.table.name}.` };
    }
    return null;
  }
  const ending = /_(code|key|no|nr|num|number|uuid)$/.exec(name)?.[1];
  if (!isPlainKey && ending !== targetName && name !== targetName) return null;
  if (target.names.includes(base)) return { confidence: 0.65, text: `The name says the table ${target.table.name}.` };
  const role = target.names.find((each) => each.length > 2 && base.endsWith(`_${each}`));
  if (role === undefined) return null;
  return { confidence: 0.55, text: `The name ends with that of the table ${target.table.name}.` };
}

function baseOf(name: string): string | null {
  const groups = reference.exec(name)?.groups;
  const base = groups?.["before"] ?? groups?.["after"];
  return base === undefined ? null : singular(base);
}

/** `customerId`, `CustomerID` and `customer-id` as `customer_id`. */
function snake(name: string): string {
  return name
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1_$2")
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1_$2")
    .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
    .toLowerCase();
}

function namesOf({ schema, name }: CatalogTable): string[] {
  const whole = snake(name).replace(/^(?:tbl|t|tb|dim|app|dbo)_/, "");
  const withoutSchema = whole.startsWith(`${snake(schema)}_`) ? whole.slice(schema.length + 1) : whole;
  const last = withoutSchema.split("_").at(-1) ?? withoutSchema;
  const names = [singular(withoutSchema)];
  // `sales_customers` is asked for as `customer_id` more often than as `sales_customer_id`.
  if (last !== withoutSchema && last.length > 3) names.push(singular(last));
  return names;
}

/** English plurals as table names have them; what is no plural stays. */
export function singular(word: string): string {
  if (/(?:people)$/.test(word)) return word.replace(/people$/, "person");
  if (/(?:children)$/.test(word)) return word.replace(/children$/, "child");
  if (/[^aeiou]ies$/.test(word)) return word.replace(/ies$/, "y");
  if (/(?:ss|x|z|ch|sh|status|alias|bus)es$/.test(word)) return word.slice(0, -2);
  if (/(?:ss|us|is|news|series|species)$/.test(word)) return word;
  return word.endsWith("s") && word.length > 3 ? word.slice(0, -1) : word;
}

function sameType(one: CatalogColumn, other: CatalogColumn): boolean {
  const isWhole = (column: CatalogColumn) => column.kind === "integer" || (column.kind === "decimal" && !column.scale);
  return (one.kind === other.kind && one.kind !== "decimal") || (isWhole(one) && isWhole(other));
}

/** The same for the same columns whatever is known of them, so that a decision lasts; hexadecimal. */
export function keyOf(
  from: TableName,
  columns: readonly string[],
  to: TableName,
  toColumns: readonly string[],
): string {
  const text = JSON.stringify([from.schema, from.name, columns, to.schema, to.name, toColumns]);
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

export const round = (share: number) => Math.round(Math.min(0.99, Math.max(0, share)) * 100) / 100;
