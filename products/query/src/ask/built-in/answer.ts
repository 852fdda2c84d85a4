import type { Catalog } from "@mindmesh/contracts/query/catalog";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { GlossaryTerm } from "@mindmesh/contracts/query/glossary";
import { parserOf } from "../../syntax/syntax-tree.ts";
import type { Link } from "../retrieve.ts";
import { buildStatement } from "./build-statement.ts";
import { type Obstacle, Stopped } from "./intent.ts";
import { readIntent } from "./read-intent.ts";
import { vocabularyOf } from "./vocabulary.ts";

export interface BuiltInQuestion {
  question: string;
  catalog: Catalog;
  links: readonly Link[];
  terms: GlossaryTerm[];
  engine: EngineKind;
  /** Today; days are those of UTC. */
  now: Date;
  /** What the person has chosen when asked back before. */
  chosenBefore?: ReadonlySet<string>;
}

export type BuiltInAnswer = { kind: "statement"; sql: string; assumptions: string[] } | Obstacle;

/**
 * Answers a question by rules, with no model: counts, sums, averages, extremes, rankings, groups, filters by value, number and time,
 * over names of the schema and words of the glossary, joined along foreign keys where there is one way only. It understands every
 * word of a question or declines; it never guesses.
 */
export async function answerByRules({
  question,
  catalog,
  links,
  terms,
  engine,
  now,
  chosenBefore,
}: BuiltInQuestion): Promise<BuiltInAnswer> {
  const parser = await parserOf(engine);
  try {
    const vocabulary = vocabularyOf(catalog, terms);
    const intent = readIntent(question, { catalog, vocabulary, now, chosenBefore: chosenBefore ?? new Set() });
    return { kind: "statement", ...buildStatement({ intent, catalog, links, engine, parser }) };
  } catch (error) {
    if (error instanceof Stopped) return error.obstacle;
    throw error;
  }
}
