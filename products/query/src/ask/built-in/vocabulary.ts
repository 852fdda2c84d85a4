import type { Catalog, CatalogColumn, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { GlossaryTerm, TermFragment } from "@mindmesh/contracts/query/glossary";
import { nameWords, type QuestionToken, singular } from "../question-words.ts";

/** Something of the schema or the glossary that words of a question stand for. */
export type Meaning =
  | { kind: "table"; table: CatalogTable }
  | { kind: "column"; table: CatalogTable; column: CatalogColumn }
  | { kind: "value"; table: CatalogTable; column: CatalogColumn; value: string }
  | { kind: "fragment"; table: CatalogTable; fragment: TermFragment; term: string };

/** Words in a row of a question and all they can stand for. */
export interface Mention {
  from: number;
  /** Behind its last word. */
  to: number;
  words: string;
  meanings: Meaning[];
}

/** What words can stand for, by the words. */
export type Vocabulary = Map<string, Meaning[]>;

const longestPhrase = 5;
const sampleValues = 200;

/** What the words of a question can stand for: names of tables and columns, values that the catalogue knows, terms of the glossary. */
export function vocabularyOf(catalog: Catalog, terms: GlossaryTerm[]): Vocabulary {
  const vocabulary: Vocabulary = new Map();
  const add = (words: string[], meaning: Meaning) => {
    if (words.length === 0 || words.length > longestPhrase) return;
    const key = words.join(" ");
    vocabulary.set(key, [...(vocabulary.get(key) ?? []), meaning]);
  };
  const tables = new Map(catalog.tables.map((table) => [JSON.stringify([table.schema, table.name]), table]));
  for (const table of catalog.tables) {
    const own = nameWords(table.name);
    add(own, { kind: "table", table });
    // `shop_order` in a schema of `shop_…` tables is called order.
    const [prefix, ...rest] = own;
    const sharing = catalog.tables.filter((each) => nameWords(each.name)[0] === prefix).length;
    if (rest.length > 0 && sharing > 2 && sharing > catalog.tables.length / 2) add(rest, { kind: "table", table });
    // `shipping_address_id` calls what it points to a shipping address.
    for (const key of table.foreignKeys) {
      const target = tables.get(JSON.stringify([key.to.schema, key.to.name]));
      const words = nameWords(key.columns[0] ?? "");
      if (target && target !== table && key.columns.length === 1 && words.length > 1 && words.at(-1) === "id") {
        const named = vocabulary.get(words.slice(0, -1).join(" ")) ?? [];
        if (!named.some((each) => each.table === target)) add(words.slice(0, -1), { kind: "table", table: target });
      }
    }
    for (const column of table.columns) {
      const words = nameWords(column.name);
      add(words, { kind: "column", table, column });
      if (words.length > 1 && own.length === 1 && words[0] === own[0])
        add(words.slice(1), { kind: "column", table, column });
      if (column.kind === "boolean" && ["is", "has", "was"].includes(words[0] ?? "")) {
        add(words.slice(1), { kind: "column", table, column });
      }
      for (const value of knownValues(table, column)) {
        const said = value
          .toLowerCase()
          .split(/[^\p{L}\p{N}]+/u)
          .filter(Boolean)
          .map(singular);
        if (/\p{L}{2}/u.test(value)) add(said, { kind: "value", table, column, value });
      }
    }
  }
  for (const { term, synonyms, bindings, fragment, stale } of terms) {
    if (stale.length > 0) continue;
    for (const phrase of [term, ...synonyms]) {
      const words = nameWords(phrase);
      const home = fragment && tables.get(JSON.stringify([fragment.schema, fragment.table]));
      // A term stands for what it is bound to, whatever else is called so.
      if (words.length > 0 && words.length <= longestPhrase) vocabulary.delete(words.join(" "));
      if (fragment && home) {
        add(words, { kind: "fragment", table: home, fragment, term });
        continue;
      }
      for (const binding of bindings) {
        const table = tables.get(JSON.stringify([binding.schema, binding.table]));
        const column = table?.columns.find(({ name }) => name === binding.column);
        if (table && column) add(words, { kind: "column", table, column });
        else if (table && binding.column === null) add(words, { kind: "table", table });
      }
    }
  }
  return vocabulary;
}

/** Values that a column is known to have: of its enumeration, of a check that lists them, or the common ones of its rows. */
export function knownValues(table: CatalogTable, column: CatalogColumn): string[] {
  if (column.enumValues) return column.enumValues;
  const listed = table.checks.flatMap(({ expression }) => listedValues(expression, column.name));
  if (listed.length > 0) return listed;
  if (column.kind !== "text" && column.kind !== "enum") return [];
  return (column.statistics?.common ?? []).slice(0, sampleValues).map(({ value }) => value);
}

/** The texts of `status IN ('a', 'b')`, and of what PostgreSQL makes of it: `status = ANY (ARRAY['a'::text, 'b'::text])`. */
function listedValues(expression: string, column: string): string[] {
  const found = /^[\s(]*["`[]?([\w ]+?)["`\]]?\)?(?:::[\w ]+)?\s*(?:IN\s*\(|=\s*ANY\s*\(+\s*ARRAY\s*\[)(.*)$/is.exec(
    expression,
  );
  if (found?.[1]?.trim() !== column) return [];
  return [...(found[2] ?? "").matchAll(/'((?:[^']|'')*)'/g)].map(([, text = ""]) => text.replaceAll("''", "'"));
}

/** The mentions in a question, longest first where they overlap. */
export function mentionsIn(tokens: QuestionToken[], vocabulary: Vocabulary, taken: boolean[]): Mention[] {
  const mentions: Mention[] = [];
  for (let from = 0; from < tokens.length;) {
    const mention = longestAt(tokens, from, vocabulary, taken);
    if (mention) mentions.push(mention);
    from = mention ? mention.to : from + 1;
  }
  return mentions;
}

function longestAt(tokens: QuestionToken[], from: number, vocabulary: Vocabulary, taken: boolean[]): Mention | null {
  for (let length = longestPhrase; length > 0; length -= 1) {
    const part = tokens.slice(from, from + length);
    if (part.length < length || part.some((token, index) => taken[from + index] || token.kind === "date")) continue;
    const words = part.map(({ word }) => word.toLowerCase()).join(" ");
    const meanings = vocabulary.get(words);
    if (meanings) return { from, to: from + length, words, meanings };
  }
  return null;
}
