import type { HiddenHere } from "../../guard/guard.ts";
import { functionDenial } from "../../guard/postgres/denied-functions.ts";
import { namesIn } from "../../guard/words/shows-hidden.ts";
import { StatementFailure } from "../engine.ts";
import { refuseHiddenReach } from "../hidden-reach.ts";
import type { Login } from "./login.ts";
import type { ExplainNode } from "./planned.ts";
import type { StatementNames } from "./statement-names.ts";
import { ask } from "./transaction.ts";

const isExtension = (catalog: string, oid: string) =>
  `EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.${catalog}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;

/**
 * Schema, name and text of what people made under the names $1: views; functions in SQL and PL/pgSQL, those of other languages and those that
 * build a statement while they run without a text; aggregates as the names of their functions; tables of which others are a part, or that are
 * one, as a reading of the others.
 */
const keptTexts = `
WITH RECURSIVE named AS (
  SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid >= 16384 AND lower(c.relname) = ANY ($1)
), wholes AS (
  SELECT n.oid, i.inhparent AS other FROM named n JOIN pg_catalog.pg_inherits i ON i.inhrelid = n.oid
  UNION SELECT w.oid, i.inhparent FROM wholes w JOIN pg_catalog.pg_inherits i ON i.inhrelid = w.other
), parts AS (
  SELECT n.oid, i.inhrelid AS other FROM named n JOIN pg_catalog.pg_inherits i ON i.inhparent = n.oid
  UNION SELECT p.oid, i.inhrelid FROM parts p JOIN pg_catalog.pg_inherits i ON i.inhparent = p.other
)
SELECT nspname, relname, pg_get_viewdef(oid) FROM named WHERE relkind IN ('v', 'm')
UNION ALL
SELECT n.nspname, n.relname, string_agg(DISTINCT format('SELECT * FROM %I.%I', s.nspname, o.relname), '; ')
FROM named n JOIN (SELECT * FROM wholes UNION SELECT * FROM parts) r ON r.oid = n.oid
JOIN pg_catalog.pg_class o ON o.oid = r.other JOIN pg_catalog.pg_namespace s ON s.oid = o.relnamespace
WHERE n.relkind IN ('r', 'p', 'f') GROUP BY n.oid, n.nspname, n.relname
UNION ALL
SELECT n.nspname, p.proname, CASE WHEN a.aggfnoid IS NOT NULL
  THEN (SELECT string_agg(quote_ident(s.proname), ' ') FROM pg_catalog.pg_proc s
    WHERE s.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn))
  WHEN l.lanname = 'sql' AND p.prosrc = '' THEN pg_get_functiondef(p.oid)
  WHEN l.lanname = 'sql' OR l.lanname = 'plpgsql' AND p.prosrc !~* '\\mexecute\\M' THEN p.prosrc END
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace JOIN pg_catalog.pg_language l ON l.oid = p.prolang
LEFT JOIN pg_catalog.pg_aggregate a ON a.aggfnoid = p.oid
WHERE p.oid >= 16384 AND lower(p.proname) = ANY ($1) AND NOT ${isExtension("pg_proc", "p.oid")}`;

/** Functions that people put behind operators, casts, types and checks of domains: a statement reaches them by no name of theirs. */
const namelessCalls = `
SELECT DISTINCT lower(p.proname) FROM pg_catalog.pg_proc p WHERE p.oid >= 16384 AND NOT ${isExtension("pg_proc", "p.oid")} AND (
  EXISTS (SELECT FROM pg_catalog.pg_operator o WHERE o.oid >= 16384 AND o.oprcode = p.oid)
  OR EXISTS (SELECT FROM pg_catalog.pg_cast c WHERE c.castfunc = p.oid)
  OR EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.oid >= 16384 AND p.oid IN (t.typinput, t.typoutput))
  OR EXISTS (SELECT FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_depend d
    ON d.classid = 'pg_catalog.pg_constraint'::regclass AND d.objid = k.oid AND d.refclassid = 'pg_catalog.pg_proc'::regclass
    WHERE k.contypid <> 0 AND d.refobjid = p.oid))`;

/** Refuses a statement that reaches what is hidden by a view, a function, an operator or a partition. @throws StatementFailure */
export async function refuseHiddenNames(
  login: Login,
  names: Pick<StatementNames, "relations" | "functions">,
  hidden: readonly HiddenHere[],
): Promise<void> {
  if (hidden.length === 0) return;
  const nameless = (await ask(login, namelessCalls, [])).rows.map(([name]) => name ?? "");
  const named = [...names.relations, ...names.functions].map(({ name }) => name);
  await refuseHiddenReach("postgres", hidden, [...named, ...nameless], async (wanted) => {
    const { rows } = await ask(login, keptTexts, [wanted]);
    return rows.map(([schema, name, text]) => ({
      schema: schema ?? "",
      name: name ?? "",
      text: text === undefined || text === null || runsTexts(text) ? null : text,
    }));
  });
}

/** Whether it calls one of the functions that run a text as SQL, or do other things that may not be done. */
const runsTexts = (text: string) => namesIn(text, "postgres").some((name) => functionDenial(name, "read") !== null);

/**
 * Refuses a plan that reads a hidden table: also by what stands between the statement and the planner, such as a function that was put in the
 * place of its call. @throws StatementFailure
 */
export function refuseHiddenScans(node: ExplainNode, hidden: readonly HiddenHere[]): void {
  const { "Relation Name": name, Schema: schema } = node;
  if (hidden.some(({ column, ...one }) => column === null && one.table === name && one.schema === schema)) {
    throw new StatementFailure(
      "refused",
      `It would read ${schema as string}.${name as string}, which is hidden here.`,
      {
        hint: "Ask an admin who may show it.",
      },
    );
  }
  for (const inner of node.Plans ?? []) refuseHiddenScans(inner, hidden);
}
