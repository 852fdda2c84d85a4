import { functionDenial, harmlessVolatileFunctions } from "../../guard/postgres/denied-functions.ts";
import { StatementFailure } from "../engine.ts";
import type { Login } from "./login.ts";
import type { StatementNames } from "./statement-names.ts";
import { ask } from "./transaction.ts";

/**
 * What of the names in a statement the database would call, straight or through views, that is declared volatile. Rows are:
 * how it is called, schema, name, whether it came with PostgreSQL (`t`), through which view.
 * $1: functions, $2: relations, $3: operators, $4: types, each as JSON.
 *
 * A view's functions are read from its stored
 * tree, where they stand by number; only views that people made are opened.
 */
const question = `
WITH RECURSIVE called AS (
  SELECT DISTINCT * FROM jsonb_to_recordset($1::jsonb) AS c(schema text, name text, arguments int, "column" boolean)
), named AS (
  SELECT p.oid, 'function' AS how, NULL::text AS view FROM called c
  JOIN pg_catalog.pg_proc p ON p.proname = c.name JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  WHERE (n.nspname = c.schema OR c.schema IS NULL AND n.nspname = ANY (current_schemas(true)))
    AND CASE WHEN NOT c."column"
      THEN c.arguments IS NULL
        OR c.arguments >= p.pronargs - p.pronargdefaults - CASE WHEN p.provariadic <> 0 THEN 1 ELSE 0 END
        AND (c.arguments <= p.pronargs OR p.provariadic <> 0)
      ELSE p.pronargs >= 1 AND p.pronargs - p.pronargdefaults <= 1 AND EXISTS (
        SELECT FROM pg_catalog.pg_type t WHERE t.oid = p.proargtypes[0] AND t.typtype IN ('c', 'p'))
      END
), relations AS (
  SELECT c.oid, c.relname FROM jsonb_to_recordset($2::jsonb) AS r(schema text, name text)
  JOIN pg_catalog.pg_class c ON c.oid = to_regclass(coalesce(quote_ident(r.schema) || '.', '') || quote_ident(r.name))
), views AS (
  SELECT c.oid, c.relname FROM relations r JOIN pg_catalog.pg_class c ON c.oid = r.oid WHERE c.relkind = 'v' AND c.oid >= 16384
  UNION
  SELECT c.oid, c.relname FROM views v
  JOIN pg_catalog.pg_rewrite w ON w.ev_class = v.oid
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid
    AND d.refclassid = 'pg_catalog.pg_class'::regclass
  JOIN pg_catalog.pg_class c ON c.oid = d.refobjid
  WHERE c.relkind = 'v' AND c.oid >= 16384
), in_views AS (
  SELECT f.match[1]::oid AS oid, 'function' AS how, v.relname::text AS view FROM views v
  JOIN pg_catalog.pg_rewrite w ON w.ev_class = v.oid,
  LATERAL regexp_matches(w.ev_action::text, ':(?:funcid|opfuncid|aggfnoid|winfnoid) ([0-9]+)', 'g') AS f(match)
), operators AS (
  SELECT o.oprcode::oid AS oid, 'operator ' || o.oprname AS how, NULL::text AS view
  FROM jsonb_array_elements_text($3::jsonb) AS n(name) JOIN pg_catalog.pg_operator o ON o.oprname = n.name
), types AS (
  SELECT t.oid, t.typname, t.typbasetype, t.typinput FROM jsonb_array_elements_text($4::jsonb) AS n(name)
  JOIN pg_catalog.pg_type t ON t.typname = n.name
  UNION
  SELECT t.oid, t.typname, t.typbasetype, t.typinput FROM types d JOIN pg_catalog.pg_type t ON t.oid = d.typbasetype
), through_types AS (
  SELECT k.castfunc AS oid, 'cast to ' || t.typname AS how, NULL::text AS view
  FROM types t JOIN pg_catalog.pg_cast k ON k.casttarget = t.oid WHERE k.castfunc <> 0
  UNION ALL
  SELECT t.typinput::oid, 'type ' || t.typname, NULL FROM types t WHERE t.oid >= 16384
  UNION ALL
  SELECT f.match[1]::oid, 'type ' || t.typname, NULL FROM types t
  JOIN pg_catalog.pg_constraint k ON k.contypid = t.oid,
  LATERAL regexp_matches(k.conbin::text, ':(?:funcid|opfuncid) ([0-9]+)', 'g') AS f(match)
), everything AS (
  SELECT * FROM named UNION SELECT * FROM in_views UNION SELECT * FROM operators UNION SELECT * FROM through_types
)
SELECT DISTINCT e.how, n.nspname, p.proname, p.oid < 16384, e.view, p.provolatile = 'v', EXISTS (SELECT FROM pg_catalog.pg_depend d
  WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
FROM everything e JOIN pg_catalog.pg_proc p ON p.oid = e.oid JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN pg_catalog.pg_aggregate a ON a.aggfnoid = p.oid
LEFT JOIN pg_catalog.pg_proc s ON s.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn)
WHERE p.provolatile = 'v' OR s.provolatile = 'v' OR e.view IS NOT NULL OR p.proname = ANY ($5)`;

/** @throws StatementFailure that names the first function which may change something or run a text as SQL */
export async function refuseDangerousCalls(
  login: Login,
  names: Pick<StatementNames, "functions" | "relations" | "operators" | "types">,
): Promise<void> {
  const denied = [...new Set(names.functions.map(({ name }) => name))].filter((name) => functionDenial(name, "read"));
  const { rows: found } = await ask(login, question, [
    JSON.stringify(names.functions),
    JSON.stringify(names.relations),
    JSON.stringify([...new Set(names.operators)]),
    JSON.stringify([...new Set(names.types)]),
    denied,
  ]);
  for (const [how = "", schema = "", named, isBuiltIn, view = null, isVolatile, isExtension] of found) {
    const name = named ?? "";
    const isKnown = isBuiltIn === "t" || isExtension === "t";
    const denial = functionDenial(name, "read");
    if (denial !== null && isKnown) throw refusedCall(`${name}(): ${denial.reason}`, how, view, denial.instead);
    // Of a view every function is given, of the rest only these.
    if (isVolatile !== "t" && view !== null) continue;
    if (isKnown && harmlessVolatileFunctions.has(name)) continue;
    const full = schema === "pg_catalog" ? name : `${schema ?? ""}.${name}`;
    const because =
      isVolatile === "t" ? "is declared VOLATILE: it may change something" : "builds on a VOLATILE function";
    const hint = isKnown ? null : `If ${full}() changes nothing, its owner can say so: ALTER FUNCTION ${full} STABLE.`;
    throw refusedCall(`${full}() ${because}`, how, view, hint);
  }
}

function refusedCall(what: string, how: string | null, view: string | null, hint: string | null): StatementFailure {
  const through =
    view === null
      ? how === null || how === "function"
        ? ""
        : ` (called by the ${how})`
      : ` (called by the view ${view})`;
  return new StatementFailure("refused", `${what}${through}. A statement that only reads may not call it.`, { hint });
}
