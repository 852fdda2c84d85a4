import type { Catalog } from "@mindmesh/contracts/query/catalog";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { TermBinding, TermFragment } from "@mindmesh/contracts/query/glossary";
import { queryShape } from "../syntax/query-shape.ts";
import { resolveNames } from "../syntax/resolve-names.ts";
import { aggregatesIn, parserOf } from "../syntax/syntax-tree.ts";

interface TermParts {
  bindings: TermBinding[];
  fragment: TermFragment | null;
}

/** What of a term the schema does not have, by field, in plain words. Empty when it fits. */
export async function termProblems(
  { bindings, fragment }: TermParts,
  catalog: Catalog,
  engine: EngineKind,
): Promise<Record<string, string>> {
  const problems: Record<string, string> = {};
  for (const [index, { schema, table, column }] of bindings.entries()) {
    const found = catalog.tables.find((each) => each.schema === schema && each.name === table);
    if (!found) problems[`bindings.${index}`] = `The schema has no table ${schema}.${table}.`;
    else if (column !== null && !found.columns.some(({ name }) => name === column)) {
      problems[`bindings.${index}`] = `The table ${table} has no column ${column}.`;
    }
  }
  const problem = fragment && (await fragmentProblem(fragment, catalog, engine));
  if (problem) problems["fragment"] = problem;
  return problems;
}

async function fragmentProblem(
  { kind, schema, table, sql }: TermFragment,
  catalog: Catalog,
  engine: EngineKind,
): Promise<string | null> {
  const found = catalog.tables.find((each) => each.schema === schema && each.name === table);
  if (!found) return `The schema has no table ${schema}.${table}.`;
  const parser = await parserOf(engine);
  const statement = parser.parse(kind === "measure" ? `SELECT (${sql}) FROM t` : `SELECT 1 FROM t WHERE (${sql})`);
  const shape = statement && queryShape(statement);
  if (shape?.kind !== "select" || shape.sources.length !== 1 || shape.outputs.length !== 1) {
    return "This is no SQL expression. Write only what would stand in SELECT or WHERE.";
  }
  if (shape.inner.length > 0) return "A term cannot hold a query of its own. Bind it to columns of one table.";
  const measures = aggregatesIn(shape.outputs[0]?.node).length;
  if (kind === "measure" && measures === 0) return "A measure adds rows up: use sum, count, avg, min or max in it.";
  if (kind === "condition" && aggregatesIn(shape.where).length > 0)
    return "A condition looks at one row: no sum or count in it.";
  // Looked up as if its table were the only one.
  const [source] = shape.sources;
  if (source?.name) source.name = { ...source.name, name: found.name, quoted: true };
  const alone = { ...catalog, tables: [found], searchPath: [found.schema] };
  const [problem] = resolveNames(shape, alone, engine).problems;
  return problem?.message ?? null;
}
