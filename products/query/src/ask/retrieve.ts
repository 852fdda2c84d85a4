import type { Catalog, CatalogTable, InferredKey } from "@mindmesh/contracts/query/catalog";
import type { GlossaryTerm } from "@mindmesh/contracts/query/glossary";
import { emptyWords, nameWords, questionTokens } from "./question-words.ts";
import { likeness } from "../syntax/resolve-names.ts";

/** A link between two tables: declared, or inferred and confirmed by a person. */
export interface Link {
  from: CatalogTable;
  columns: string[];
  to: CatalogTable;
  toColumns: string[];
  /** The database itself keeps it. */
  enforced: boolean;
}

export const tableKey = ({ schema, name }: { schema: string; name: string }) => JSON.stringify([schema, name]);

/** All links of a schema: its foreign keys and the inferred ones that people have confirmed. */
export function linksOf(catalog: Catalog, inferred: readonly InferredKey[] = []): Link[] {
  const tables = new Map(catalog.tables.map((table) => [tableKey(table), table]));
  const declared = catalog.tables.flatMap((from) =>
    from.foreignKeys.flatMap((key): Link[] => {
      const to = tables.get(tableKey(key.to));
      return to ? [{ from, columns: key.columns, to, toColumns: key.toColumns, enforced: true }] : [];
    }),
  );
  const confirmed = inferred.flatMap((key): Link[] => {
    const from = tables.get(tableKey(key.from));
    const to = tables.get(tableKey(key.to));
    if (!from || !to || key.decision !== "confirmed") return [];
    return [{ from, columns: key.columns, to, toColumns: key.toColumns, enforced: false }];
  });
  return [...declared, ...confirmed];
}

export interface Example {
  question: string;
  sql: string;
}

export interface Retrieved {
  /** Best first. */
  tables: CatalogTable[];
  terms: GlossaryTerm[];
  examples: Example[];
}

export interface RetrievalSources {
  catalog: Catalog;
  links: Link[];
  terms: GlossaryTerm[];
  examples: Example[];
  /** Also looks at values that the catalogue has of columns. */
  samples: boolean;
  /** By `tableKey`, 0 to 1: how near its meaning is to the question's, where a model makes embeddings. */
  meaning?: ReadonlyMap<string, number>;
}

/** Likeness from which a misspelt word counts as the same. */
const sameWord = 0.75;

/** How many tables are looked at closely; the token budget of the request decides how many of them are told. */
export const mostTables = 40;

/**
 * The part of a schema that a question is about: tables scored by the words of their names, columns, comments, values and the
 * glossary (rare words weigh more, as in BM25's inverse document frequency), then their neighbours by foreign keys and what lies
 * on the way between the best ones.
 */
export function retrieve(question: string, sources: RetrievalSources): Retrieved {
  const { catalog, links, terms, samples, meaning } = sources;
  const asked = [...new Set(questionTokens(question).map(({ word }) => word.toLowerCase()))].filter(
    (word) => !emptyWords.has(word),
  );
  const documents = catalog.tables.map((table) => ({ table, words: tableWords(table, samples) }));
  const frequency = new Map<string, number>();
  for (const { words } of documents)
    for (const word of words.keys()) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const rarity = (word: string) => Math.log(1 + documents.length / (1 + (frequency.get(word) ?? 0)));
  const vocabulary = [...frequency.keys()];
  // A word that nothing is called is taken for the most similar one.
  const meant = asked.map((word) => {
    if (frequency.has(word) || word.length < 4) return { word, weight: 1 };
    const scored = vocabulary.map((each) => ({ word: each, weight: likeness(word, each) }));
    const [best] = scored.toSorted((a, b) => b.weight - a.weight);
    return best && best.weight >= sameWord ? best : { word, weight: 1 };
  });

  const saidTerms = terms.filter((term) => term.stale.length === 0 && isSaid(term, asked));
  const bound = new Set(
    saidTerms.flatMap(({ bindings, fragment }) => [
      ...bindings.map(({ schema, table }) => tableKey({ schema, name: table })),
      ...(fragment ? [tableKey({ schema: fragment.schema, name: fragment.table })] : []),
    ]),
  );
  const scores = new Map<string, number>();
  for (const { table, words } of documents) {
    const key = tableKey(table);
    let score = 0;
    for (const { word, weight } of meant) score += weight * (words.get(word) ?? 0) * rarity(word);
    if (bound.has(key)) score += 12;
    if (score > 0) scores.set(key, score);
  }
  // The nearest in meaning stands beside the best by words at half its score: neither pushes the other out.
  const half = Math.max(1, ...scores.values()) / 2;
  for (const [key, near] of meaning ?? []) scores.set(key, (scores.get(key) ?? 0) + half * near);
  const examples = nearExamples(asked, sources.examples);
  const byKey = new Map(catalog.tables.map((table) => [tableKey(table), table]));
  const ranked = (of: Map<string, number>) =>
    [...of].toSorted((a, b) => b[1] - a[1]).flatMap(([key]) => byKey.get(key) ?? []);
  const best = ranked(scores).slice(0, 8);
  // What hangs on the best ones is likely needed for a join, at a part of their weight.
  for (const table of best) {
    const own = scores.get(tableKey(table)) ?? 0;
    for (const link of links) {
      const other = link.from === table ? link.to : link.to === table ? link.from : null;
      if (other) scores.set(tableKey(other), (scores.get(tableKey(other)) ?? 0) + own * 0.2);
    }
  }
  const strongest = scores.get(tableKey(best[0] ?? { schema: "", name: "" })) ?? 1;
  for (const [index, from] of best.slice(0, 5).entries()) {
    for (const to of best.slice(index + 1, 5)) {
      for (const table of tablesBetween(from, to, links)) {
        scores.set(tableKey(table), Math.max(scores.get(tableKey(table)) ?? 0, strongest * 0.5));
      }
    }
  }
  // In a small schema everything is told: its words may be others than the question's.
  const tables = ranked(scores);
  const rest =
    catalog.tables.length <= mostTables ? catalog.tables.filter((table) => !scores.has(tableKey(table))) : [];
  return { tables: [...tables, ...rest].slice(0, mostTables), terms: saidTerms, examples };
}

function tableWords(table: CatalogTable, samples: boolean): Map<string, number> {
  const words = new Map<string, number>();
  const add = (list: string[], weight: number) => {
    for (const word of list) words.set(word, Math.max(words.get(word) ?? 0, weight));
  };
  for (const column of table.columns) {
    add(nameWords(column.name), 1.5);
    if (column.comment) add(nameWords(column.comment), 1);
    if (column.enumValues) add(column.enumValues.flatMap(nameWords), 1.5);
    if (samples)
      add(
        (column.statistics?.common ?? []).slice(0, 20).flatMap(({ value }) => nameWords(value.slice(0, 60))),
        1,
      );
  }
  if (table.comment) add(nameWords(table.comment), 2);
  add(nameWords(table.name), 4);
  return words;
}

function isSaid({ term, synonyms }: GlossaryTerm, asked: string[]): boolean {
  return [term, ...synonyms].some((phrase) => {
    const words = nameWords(phrase);
    return words.length > 0 && words.every((word) => asked.includes(word) || emptyWords.has(word));
  });
}

/** The examples whose questions share the most words with this one (Jaccard), at most three. */
function nearExamples(asked: string[], examples: Example[]): Example[] {
  const scored = examples.map((example) => {
    const words = new Set(
      questionTokens(example.question)
        .map(({ word }) => word.toLowerCase())
        .filter((word) => !emptyWords.has(word)),
    );
    const shared = asked.filter((word) => words.has(word)).length;
    return { example, score: shared / Math.max(1, words.size + asked.length - shared) };
  });
  return scored
    .filter(({ score }) => score >= 0.2)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ example }) => example);
}

/** Steps from one table to another. */
export interface Step {
  link: Link;
  /** From the side that holds the key to the one it points to: one row of ours has at most one there. */
  toOne: boolean;
  to: CatalogTable;
}

/** All shortest ways between two tables along links, at most `longest` steps. */
export function shortestWays(from: CatalogTable, to: CatalogTable, links: readonly Link[], longest = 5): Step[][] {
  if (from === to) return [[]];
  let ways: { at: CatalogTable; steps: Step[] }[] = [{ at: from, steps: [] }];
  const reached = new Set([from]);
  for (let length = 0; length < longest && ways.length > 0; length += 1) {
    const next: typeof ways = [];
    for (const { at, steps } of ways) {
      for (const link of links) {
        if (link.from === at && !reached.has(link.to))
          next.push({ at: link.to, steps: [...steps, { link, toOne: true, to: link.to }] });
        if (link.to === at && !reached.has(link.from))
          next.push({ at: link.from, steps: [...steps, { link, toOne: false, to: link.from }] });
      }
    }
    const arrived = next.filter(({ at }) => at === to);
    if (arrived.length > 0) return arrived.map(({ steps }) => steps);
    for (const { at } of next) reached.add(at);
    ways = next.slice(0, 2000);
  }
  return [];
}

const tablesBetween = (from: CatalogTable, to: CatalogTable, links: readonly Link[]): CatalogTable[] =>
  (shortestWays(from, to, links, 4)[0] ?? []).slice(0, -1).map((step) => step.to);
