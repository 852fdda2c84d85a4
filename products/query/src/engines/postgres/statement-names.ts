import { parse } from "libpg-query";
import { StatementFailure } from "../engine.ts";

export interface NamedCall {
  schema: string | null;
  name: string;
  /** How many it is given; null where that is not known. */
  arguments: number | null;
  /** `t.f` in the place of `f(t)`: reaches functions of one argument that take a row. */
  column: boolean;
}

/** Every name in a statement behind which the database may find something that it runs. */
export interface StatementNames {
  functions: NamedCall[];
  relations: { schema: string | null; name: string }[];
  operators: string[];
  types: string[];
  /** What can be planned before it is run: the query, or what EXPLAIN explains; null for SHOW. */
  plannable: string | null;
}

type Node = Record<string, unknown>;

/**
 * The names in a reading statement, by the parser of PostgreSQL itself. Knows nothing of what the guard found: whoever gets past the
 * guard meets it all the same. @throws StatementFailure when it is not one statement that only reads
 */
export async function statementNames({
  sql,
  plannable,
}: {
  sql: string;
  plannable: string | null;
}): Promise<StatementNames> {
  const { stmts = [] } = await parse(sql).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : "The statement cannot be read.";
    throw new StatementFailure("syntax", message, { code: "42601", cause: error });
  });
  const [statement, ...more] = stmts.map(({ stmt }) => stmt as Node);
  if (!statement || more.length > 0) throw refused("Exactly one statement can be run at a time.");
  const names: StatementNames = {
    functions: [],
    relations: [],
    operators: [],
    types: [],
    // Empty statements before it would stand between EXPLAIN and the query.
    plannable: "SelectStmt" in statement ? sql.replace(/^[\s;]+/, "") : plannable,
  };
  const [kind = ""] = Object.keys(statement);
  if (kind === "VariableShowStmt") return names;
  if (kind !== "SelectStmt" && kind !== "ExplainStmt") throw refused("Only statements that read can be run here.");
  if (kind === "ExplainStmt") {
    const { options = [] } = statement["ExplainStmt"] as { options?: { DefElem?: { defname?: string } }[] };
    // Where the guard has said what is explained, it is planned and looked at before.
    if (plannable === null && options.some(({ DefElem }) => DefElem?.defname?.toLowerCase() === "analyze")) {
      throw refused("EXPLAIN ANALYZE runs what it explains: use the plan with figures in its place.");
    }
  }
  collect(statement, names, kind);
  return names;
}

const refused = (message: string) => new StatementFailure("refused", message);

function collect(value: unknown, names: StatementNames, top: string): void {
  if (Array.isArray(value)) {
    for (const each of value) collect(each, names, top);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value as Node)) {
    if (key.endsWith("Stmt") && key !== "SelectStmt" && key !== top) {
      throw refused("Only statements that read can be run here, also inside another one.");
    }
    if (typeof inner === "object" && inner !== null) note(key, inner as Node, names);
    collect(inner, names, top);
  }
}

function note(key: string, node: Node, names: StatementNames): void {
  switch (key) {
    case "intoClause":
      throw refused("SELECT INTO makes a table; only statements that read can be run here.");
    case "lockingClause":
      throw refused("FOR UPDATE and FOR SHARE lock rows; leave them out.");
    case "FuncCall": {
      const [name = "", schema = null] = texts(node["funcname"]).toReversed();
      const given = Array.isArray(node["args"]) ? node["args"].length : 0;
      names.functions.push({ schema, name, arguments: node["func_variadic"] === true ? null : given, column: false });
      break;
    }
    case "RangeVar":
      names.relations.push({
        schema: (node["schemaname"] as string | undefined) ?? null,
        name: (node["relname"] as string | undefined) ?? "",
      });
      break;
    case "ColumnRef":
    case "A_Indirection": {
      // `t.f` and `(row).f` call f(t) where there is no such column.
      const fields = texts(node[key === "ColumnRef" ? "fields" : "indirection"]);
      for (const name of key === "ColumnRef" ? fields.slice(1) : fields) {
        names.functions.push({ schema: null, name, arguments: null, column: true });
      }
      break;
    }
    case "A_Expr":
      names.operators.push(...texts(node["name"]).slice(-1));
      break;
    case "TypeName":
    case "typeName":
      names.types.push(...texts(node["names"]).slice(-1));
      break;
    case "RangeTableSample":
      names.functions.push({ schema: null, name: texts(node["method"]).at(-1) ?? "", arguments: null, column: false });
      break;
  }
  names.operators.push(...texts(node["operName"]).slice(-1), ...texts(node["useOp"]).slice(-1));
}

/** The texts in a list of names. */
function texts(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((each: { String?: { sval?: string } }) =>
    each.String === undefined ? [] : [each.String.sval ?? ""],
  );
}
