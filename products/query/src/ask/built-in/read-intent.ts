import type { Catalog, CatalogTable } from "@mindmesh/contracts/query/catalog";
import { type QuestionToken, emptyWords, nameWords, questionTokens, singular } from "../question-words.ts";
import {
  type Comparison,
  type ColumnOf,
  type Group,
  type Intent,
  choose,
  columnOptions,
  isKey,
  nameOf,
  isNumeric,
  isTime,
  refuse,
} from "./intent.ts";
import { timeRange } from "./time-range.ts";
import { type Meaning, type Mention, type Vocabulary, mentionsIn } from "./vocabulary.ts";
import { type TimeUnit, timeUnits } from "./write-sql.ts";

const aggregateWords: Record<string, "sum" | "avg" | "min" | "max"> = {
  total: "sum", sum: "sum", overall: "sum", combined: "sum",
  average: "avg", avg: "avg", mean: "avg", typical: "avg",
  maximum: "max", max: "max", highest: "max", largest: "max", biggest: "max", greatest: "max",
  minimum: "min", min: "min", lowest: "min", smallest: "min",
}; // prettier-ignore

const descendingWords = new Set(["top", "best", "most", "highest", "largest", "biggest", "greatest", "max", "maximum"]);
const ascendingWords = new Set(["bottom", "worst", "least", "fewest", "lowest", "smallest", "min", "minimum"]);
const priceWords: Record<string, boolean> = { expensive: true, cheapest: false, dearest: true };
const ageWords: Record<string, boolean> = {
  newest: true,
  latest: true,
  recent: true,
  last: true,
  oldest: false,
  earliest: false,
  first: false,
};
const unitWords: Record<string, TimeUnit> = {
  daily: "day",
  weekly: "week",
  monthly: "month",
  quarterly: "quarter",
  yearly: "year",
  annual: "year",
  annually: "year",
};
const groupWords = new Set([
  "per",
  "by",
  "each",
  "every",
  "across",
  "grouped",
  "group",
  "split",
  "broken",
  "breakdown",
]);

/** Words that belong to the way things are said of records, and change nothing of what is asked for. */
const fillerWords = new Set(
  `made make placed place ordered bought buy sold sell live lives located belong come came cost contain containing hold holding use used
  using called named whose having respective together total sum overall combined average mean sort sorted order down up based rank ranked
  ranking different distinct unique amount trend development over time list details detail info information full entire whole year
  month week day quarter recent result compare versus vs grouped group split broken breakdown there's set happened`
    .split(/\s+/)
    .map(singular),
);

interface Reading {
  tokens: QuestionToken[];
  taken: boolean[];
  at: (Mention | undefined)[];
  /** Tables that are surely meant. */
  named: Set<CatalogTable>;
  intent: Intent;
}

/** Reads what a question asks for. @throws Stopped where its words do not say it, or say it in two ways */
export function readIntent(
  question: string,
  {
    catalog,
    vocabulary,
    now,
    chosenBefore,
  }: { catalog: Catalog; vocabulary: Vocabulary; now: Date; chosenBefore: ReadonlySet<string> },
): Intent {
  const tokens = questionTokens(question);
  const taken = tokens.map(() => false);
  const time = timeRange(tokens, now);
  const take = (from: number, to: number) => taken.fill(true, from, to);
  if (time) take(...time.tokens);
  const mentions = mentionsIn(tokens, vocabulary, taken);
  const at: (Mention | undefined)[] = [];
  for (const mention of mentions) for (let index = mention.from; index < mention.to; index += 1) at[index] = mention;
  const named = new Set(
    mentions.flatMap(({ meanings }) =>
      meanings.flatMap((each) => (each.kind === "table" || each.kind === "fragment" ? [each.table] : [])),
    ),
  );
  const intent: Intent = {
    measures: [], groups: [], filters: [], having: null, time, order: null, limit: null, tables: [], shown: [],
    words: new Set(tokens.map(({ word }) => word.toLowerCase())), assumptions: [], chosenBefore,
  }; // prettier-ignore
  const reading: Reading = { tokens, taken, at, named, intent };
  readEmptiness(reading);
  readRanking(reading);
  readMeasures(reading);
  readGroups(reading);
  readComparisons(reading);
  readValues(reading, catalog);
  readRest(reading);
  return intent;
}

const word = ({ tokens }: Reading, index: number) => tokens[index]?.word.toLowerCase() ?? "";

/** The next place from `index` on where something is mentioned, over words that say nothing. */
function nextMention(reading: Reading, index: number, skip: ReadonlySet<string> = emptyWords): Mention | null {
  for (let place = index; place < reading.tokens.length; place += 1) {
    const mention = reading.at[place];
    if (mention && !reading.taken[place]) return mention;
    if (!skip.has(word(reading, place)) && !reading.taken[place]) return null;
  }
  return null;
}

const takeMention = ({ taken }: Reading, { from, to }: Mention) => taken.fill(true, from, to);

/** The one meaning of a kind that a mention has here: of tables that are named where there are several. */
function chosen(reading: Reading, mention: Mention, fits: (meaning: Meaning) => boolean): Meaning | null {
  const fitting = mention.meanings.filter(fits);
  if (fitting.length <= 1) return fitting[0] ?? null;
  const near = fitting.filter((each) => reading.named.has(each.table));
  const among = near.length > 0 ? near : fitting;
  if (among.length === 1) return among[0] ?? null;
  const options = among.map((value) => ({
    label: value.kind === "column" || value.kind === "value" ? nameOf(value) : value.table.name,
    value,
  }));
  return choose(
    `“${mention.words}” can stand for more than one thing here. Which do you mean?`,
    options,
    reading.intent.chosenBefore,
  );
}

function columnOf(reading: Reading, mention: Mention, fits: (of: ColumnOf) => boolean): ColumnOf | null {
  const meaning = chosen(reading, mention, (each) => each.kind === "column" && fits(each));
  return meaning?.kind === "column" ? { table: meaning.table, column: meaning.column } : null;
}

const tableOf = (mention: Mention): CatalogTable | null =>
  mention.meanings.find((each) => each.kind === "table")?.table ?? null;

/** A number to compute with: a column that is no key, or a measure of the glossary. */
function measureOf(reading: Reading, mention: Mention, kind: "sum" | "avg" | "min" | "max"): boolean {
  const fragment = mention.meanings.find((each) => each.kind === "fragment" && each.fragment.kind === "measure");
  if (fragment?.kind === "fragment") {
    if (kind !== "sum") return false;
    reading.intent.measures.push({
      kind: "fragment",
      table: fragment.table,
      fragment: fragment.fragment,
      term: fragment.term,
    });
    takeMention(reading, mention);
    return true;
  }
  const of = columnOf(reading, mention, ({ table, column }) =>
    kind === "min" || kind === "max"
      ? (isNumeric(column) || isTime(column)) && !isKey(table, column)
      : isNumeric(column) && !isKey(table, column),
  );
  if (!of) return false;
  reading.intent.measures.push({ kind, of });
  takeMention(reading, mention);
  return true;
}

/** `without orders`, `with no e-mail address`: no row of a table, or an empty column. */
function readEmptiness(reading: Reading): void {
  const { tokens, taken, intent } = reading;
  for (let index = 0; index < tokens.length; index += 1) {
    const lead = word(reading, index);
    const isNo = lead === "no" && ["with", "have", "has", "had", "having"].includes(word(reading, index - 1));
    const isNever = lead === "never";
    if (lead !== "without" && !isNo && !isNever && lead !== "missing") continue;
    const mention = nextMention(reading, index + 1, new Set([...emptyWords, ...fillerWords]));
    if (!mention) continue;
    const table = tableOf(mention);
    const of = table ? null : columnOf(reading, mention, () => true);
    if (table) intent.filters.push({ kind: "without", table });
    else if (of) intent.filters.push({ kind: "empty", of, not: false });
    else continue;
    taken[index] = true;
    takeMention(reading, mention);
  }
}

const isRankWord = (text: string) => descendingWords.has(text) || ascendingWords.has(text);

/** `top 5`, `the 3 cheapest`, `newest`, `which customer has the most orders`. */
function readRanking(reading: Reading): void {
  const { tokens, taken, intent } = reading;
  const begins = ["which", "what", "who", "whose"].includes(word(reading, 0));
  for (let index = 0; index < tokens.length; index += 1) {
    if (taken[index]) continue;
    const said = word(reading, index);
    const next = tokens[index + 1]?.kind === "number" ? index + 1 : null;
    const before = tokens[index - 1]?.kind === "number" && !taken[index - 1] ? index - 1 : null;
    const number = next ?? before;
    if (
      said in ageWords &&
      (number !== null ||
        tableOf(reading.at[index + 1] ?? none) ||
        said === "newest" ||
        said === "oldest" ||
        said === "latest")
    ) {
      if (said === "last" && number === null) continue;
      intent.order = { by: "time", descending: ageWords[said] ?? true };
      intent.limit = number === null ? 1 : Number(tokens[number]?.word);
      if (number === null && /s$/i.test(tokens[index + 1]?.raw ?? "")) intent.limit = 10;
      taken[index] = true;
      if (number !== null) taken[number] = true;
      if (word(reading, index - 1) === "most") taken[index - 1] = true;
      return;
    }
    if (said in priceWords) {
      const isLeast = word(reading, index - 1) === "least";
      intent.order = { by: "measure", descending: (priceWords[said] ?? true) !== isLeast };
      const far = tokens[index - 2]?.kind === "number" ? index - 2 : number;
      intent.limit = far === null ? (/s$/i.test(tokens[index + 1]?.raw ?? "") ? 10 : 1) : Number(tokens[far]?.word);
      taken.fill(true, Math.max(0, index - (["most", "least"].includes(word(reading, index - 1)) ? 1 : 0)), index + 1);
      if (far !== null) taken[far] = true;
      return;
    }
    if (!isRankWord(said)) continue;
    const mention = nextMention(reading, (next ?? index) + 1);
    if (!mention) continue;
    const table = tableOf(mention);
    const isTop =
      said === "top" || said === "bottom" || said === "best" || said === "worst" || (number !== null && table !== null);
    if (isTop && table) {
      intent.limit = number === null ? 10 : Number(tokens[number]?.word);
      intent.order = { by: "measure", descending: descendingWords.has(said) };
      taken[index] = true;
      if (number !== null) taken[number] = true;
      intent.groups.push({ kind: "entity", table });
      takeMention(reading, mention);
      readRankedBy(reading);
      return;
    }
    // "Which customers have the most orders": the first thing named is ranked by the second one.
    const entity = begins ? entityBefore(reading, index) : null;
    if (!entity) continue;
    intent.limit = /s$/i.test(tokens[entity.to - 1]?.raw ?? "") ? 10 : 1;
    intent.order = { by: "measure", descending: descendingWords.has(said) };
    const table2 = tableOf(mention);
    const owner = tableOf(entity);
    const own =
      owner && !table2
        ? columnOf(reading, mention, (of) => of.table === owner && (isNumeric(of.column) || isTime(of.column)))
        : null;
    if (owner && own) {
      intent.order = { by: own, descending: descendingWords.has(said) };
      intent.tables.push(owner);
      taken[index] = true;
      takeMention(reading, mention);
      takeMention(reading, entity);
      return;
    }
    const isMeasured = table2
      ? intent.measures.push({ kind: "count", of: table2 }) > 0
      : measureOf(reading, mention, "sum");
    if (!isMeasured) refuse(`I do not see what “${mention.words}” would be ranked by.`);
    taken[index] = true;
    takeMention(reading, mention);
    const group = groupOf(reading, entity);
    if (group) intent.groups.push(group);
    takeMention(reading, entity);
    return;
  }
}

const none: Mention = { from: 0, to: 0, words: "", meanings: [] };

function entityBefore(reading: Reading, index: number): Mention | null {
  for (let place = 0; place < index; place += 1) {
    const mention = reading.at[place];
    if (mention && !reading.taken[place] && mention.meanings.some(({ kind }) => kind === "table" || kind === "column"))
      return mention;
  }
  return null;
}

/** What `top 5 customers` are ranked by: `by revenue`, `by number of orders`, `with the most orders`. */
function readRankedBy(reading: Reading): void {
  const { tokens, taken, intent } = reading;
  for (let index = 0; index < tokens.length; index += 1) {
    const said = word(reading, index);
    const isLead = said === "by" || (isRankWord(said) && !taken[index]);
    if (!isLead) continue;
    const mention = nextMention(
      reading,
      index + 1,
      new Set([...emptyWords, ...fillerWords, ...descendingWords, ...ascendingWords]),
    );
    if (!mention) continue;
    const table = tableOf(mention);
    const kind = aggregateBetween(reading, index, mention.from);
    const isMeasured = measureOf(reading, mention, kind ?? "sum");
    if (!isMeasured && table) intent.measures.push({ kind: "count", of: table });
    else if (!isMeasured) continue;
    taken.fill(true, index, mention.to);
    return;
  }
}

function aggregateBetween(reading: Reading, from: number, to: number): "sum" | "avg" | "min" | "max" | null {
  for (let index = from; index < to; index += 1) {
    const kind = aggregateWords[word(reading, index)];
    if (kind) return kind;
  }
  return null;
}

/** `how many`, `number of`, `average price`, and measures of the glossary. */
function readMeasures(reading: Reading): void {
  const { tokens, taken, intent } = reading;
  for (let index = 0; index < tokens.length; index += 1) {
    if (taken[index]) continue;
    const said = word(reading, index);
    const counts =
      (said === "how" && word(reading, index + 1) === "many") ||
      ((said === "number" || said === "amount") && word(reading, index + 1) === "of") ||
      said === "count";
    if (counts) {
      const mention = nextMention(
        reading,
        index + 1,
        new Set([...emptyWords, ...fillerWords, ...Object.keys(aggregateWords)]),
      );
      if (!mention) continue;
      const table = tableOf(mention);
      const condition = mention.meanings.find((each) => each.kind === "fragment" && each.fragment.kind === "condition");
      const of = table || condition ? null : columnOf(reading, mention, ({ column }) => column.kind !== "boolean");
      if (table) intent.measures.push({ kind: "count", of: table });
      else if (condition?.kind === "fragment") {
        intent.measures.push({ kind: "count", of: condition.table });
        intent.filters.push({ kind: "fragment", table: condition.table, fragment: condition.fragment });
      } else if (of) intent.measures.push({ kind: "count different", of });
      else {
        // "how many paid orders": the value stands before the table.
        const later = reading.at.slice(mention.to).find((each) => each && tableOf(each));
        if (!later) continue;
        intent.measures.push({ kind: "count", of: tableOf(later) });
        takeMention(reading, later);
        taken[index] = true;
        continue;
      }
      taken.fill(true, index, index + 1);
      takeMention(reading, mention);
      continue;
    }
    const kind = aggregateWords[said];
    const mention = kind && nextMention(reading, index + 1, new Set([...emptyWords, "of"]));
    if (kind && mention && mention.from > index && measureOf(reading, mention, kind)) taken[index] = true;
    else if (kind && mention && tableOf(mention)) readFigureOf(reading, index, kind, mention);
    else if (kind === "sum" && reading.at[index]) measureOf(reading, reading.at[index] ?? none, "sum");
  }
  for (const mention of new Set(reading.at)) {
    if (!mention || taken[mention.from]) continue;
    if (mention.meanings.some((each) => each.kind === "fragment" && each.fragment.kind === "measure"))
      measureOf(reading, mention, "sum");
  }
}

/** `average order total`, `total of orders`: a figure of a table, whose column is named before, after or not at all. */
function readFigureOf(reading: Reading, index: number, kind: "sum" | "avg" | "min" | "max", mention: Mention): void {
  const table = tableOf(mention);
  if (!table) return;
  const isOfTable = (each: Mention | undefined) =>
    each?.meanings.some(
      (meaning) => meaning.kind === "column" && meaning.table === table && isNumeric(meaning.column),
    ) ?? false;
  const [own, next] = [reading.at[index], reading.at[mention.to]];
  const said = [next, own].find((each) => each && isOfTable(each) && !reading.taken[each.from]);
  const numbers = table.columns.flatMap((column): ColumnOf[] =>
    isNumeric(column) && !isKey(table, column) ? [{ table, column }] : [],
  );
  if (said) {
    reading.named.add(table);
    if (!measureOf(reading, said, kind)) return;
  } else {
    if (numbers.length === 0) return;
    const of = choose(`The ${word(reading, index)} of what?`, columnOptions(numbers), reading.intent.chosenBefore);
    reading.intent.measures.push({ kind, of });
    reading.intent.assumptions.push(`The ${word(reading, index)} is that of ${nameOf(of)}.`);
  }
  reading.taken[index] = true;
  takeMention(reading, mention);
}

function groupOf(reading: Reading, mention: Mention): Group | null {
  const { named } = reading;
  const table = tableOf(mention);
  const isNamedColumn = mention.meanings.some(
    (each) => each.kind === "column" && named.has(each.table) && each.table !== table,
  );
  if (table && !isNamedColumn) return { kind: "entity", table };
  const of = columnOf(reading, mention, () => true);
  return of ? { kind: "column", of } : table ? { kind: "entity", table } : null;
}

/** `per country`, `by month`, `for each customer`, `monthly`. */
function readGroups(reading: Reading): void {
  const { tokens, taken, intent } = reading;
  for (let index = 0; index < tokens.length; index += 1) {
    if (taken[index]) continue;
    const said = word(reading, index);
    const adverb = unitWords[tokens[index]?.raw.toLowerCase() ?? ""];
    if (adverb && !reading.at[index]) {
      intent.groups.push({ kind: "time", unit: adverb });
      taken[index] = true;
      continue;
    }
    if (!groupWords.has(said)) continue;
    let place = index;
    for (;;) {
      const unit = unitAfter(reading, place + 1);
      if (unit) {
        intent.groups.push({ kind: "time", unit: unit.unit });
        taken.fill(true, place, unit.to);
        place = unit.to - 1;
      } else {
        const mention = nextMention(reading, place + 1, new Set([...emptyWords, ...groupWords]));
        const group = mention && groupOf(reading, mention);
        if (!mention || !group) break;
        intent.groups.push(group);
        taken.fill(true, place, mention.to);
        place = mention.to - 1;
      }
      if (word(reading, place + 1) !== "and") break;
      place += 1;
    }
  }
}

function unitAfter(reading: Reading, index: number): { unit: TimeUnit; to: number } | null {
  for (let place = index; place < index + 3; place += 1) {
    const unit = timeUnits.find((each) => each === word(reading, place));
    if (unit && !reading.at[place]) return { unit, to: place + 1 };
    if (!["the", "a", "each", "every", "by", "calendar"].includes(word(reading, place))) return null;
  }
  return null;
}

const comparisonLeads: [string[], Comparison][] = [
  [["more", "than"], ">"], [["greater", "than"], ">"], [["higher", "than"], ">"], [["larger", "than"], ">"], [["bigger", "than"], ">"],
  [["over"], ">"], [["above"], ">"], [["exceeding"], ">"], [[">"], ">"], [[">="], ">="],
  [["at", "least"], ">="], [["less", "than"], "<"], [["fewer", "than"], "<"], [["lower", "than"], "<"], [["smaller", "than"], "<"],
  [["under"], "<"], [["below"], "<"], [["<"], "<"], [["<="], "<="], [["at", "most"], "<="], [["up", "to"], "<="],
  [["equal"], "="], [["equal", "to"], "="], [["="], "="], [["exactly"], "="],
]; // prettier-ignore

/** `more than 100`, `at least 5 orders`, `between 10 and 20`. */
function readComparisons(reading: Reading): void {
  const { tokens, taken, intent } = reading;
  for (let index = 0; index < tokens.length; index += 1) {
    if (tokens[index]?.kind !== "number" || taken[index]) continue;
    const number = tokens[index]?.word ?? "";
    const lead = comparisonLeads.find(([words]) =>
      words.every((each, offset) => word(reading, index - words.length + offset) === each),
    );
    const isRange =
      word(reading, index - 1) === "between" &&
      word(reading, index + 1) === "and" &&
      tokens[index + 2]?.kind === "number";
    const isPlain = ["is", "was", "of"].includes(word(reading, index - 1));
    if (!lead && !isRange && !isPlain) continue;
    const from = index - (lead?.[0].length ?? 1);
    const to = isRange ? index + 3 : index + 1;
    const after = nextMention(reading, to, new Set());
    const counted = after && tableOf(after);
    const comparison = lead?.[1] ?? "=";
    if (counted && !isRange) {
      intent.having = { table: counted, comparison, value: number };
      taken.fill(true, from, after.to);
      continue;
    }
    const of = numberBefore(reading, from) ?? theNumberOf(reading);
    if (isRange) {
      intent.filters.push({ kind: "number", of, comparison: ">=", value: number });
      intent.filters.push({ kind: "number", of, comparison: "<=", value: tokens[index + 2]?.word ?? "" });
    } else intent.filters.push({ kind: "number", of, comparison, value: number });
    taken.fill(true, from, to);
    if (["than", "is"].includes(word(reading, from - 1))) taken[from - 1] = true;
  }
}

function numberBefore(reading: Reading, index: number): ColumnOf | null {
  for (let place = index - 1; place >= 0; place -= 1) {
    const mention = reading.at[place];
    if (!mention || reading.taken[place]) continue;
    const of = columnOf(reading, mention, ({ column }) => isNumeric(column));
    if (of) {
      takeMention(reading, mention);
      return of;
    }
  }
  return null;
}

/** The one number that a bare comparison can mean in the tables that are named. */
function theNumberOf(reading: Reading): ColumnOf {
  const columns = [...reading.named].flatMap((table) =>
    table.columns.flatMap((column): ColumnOf[] =>
      isNumeric(column) && !isKey(table, column) ? [{ table, column }] : [],
    ),
  );
  const [only] = columns;
  if (only && columns.length === 1) {
    reading.intent.assumptions.push(`The number is compared with ${only.table.name}.${only.column.name}.`);
    return only;
  }
  if (columns.length === 0)
    return refuse("There is a number in the question, and nothing in the schema that it could be compared with.");
  return choose("Which number do you mean?", columnOptions(columns), reading.intent.chosenBefore);
}

/** `paid orders`, `country is Germany`, `not shipped`, `"Ann Lee"`. */
function readValues(reading: Reading, catalog: Catalog): void {
  const { tokens, taken, at, intent } = reading;
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    const mention = at[index];
    if (!token || taken[index]) continue;
    const isNot = ["not", "isn't", "aren't"].includes(word(reading, index - 1));
    if (mention) {
      const fragment = mention.meanings.find((each) => each.kind === "fragment" && each.fragment.kind === "condition");
      if (fragment?.kind === "fragment") {
        intent.filters.push({ kind: "fragment", table: fragment.table, fragment: fragment.fragment });
        takeMention(reading, mention);
        continue;
      }
      const isThing = mention.meanings.some(({ kind }) => kind === "table");
      const before = columnBefore(reading, index);
      const meaning = isThing
        ? null
        : chosen(
            reading,
            mention,
            (each) => each.kind === "value" && (before === null || each.column === before.column),
          );
      if (
        meaning?.kind === "value" &&
        !mention.meanings.some((each) => each.kind === "column" && reading.named.has(each.table))
      ) {
        addValue(reading, { table: meaning.table, column: meaning.column }, meaning.value, isNot);
        takeMention(reading, mention);
        if (isNot) taken[index - 1] = true;
        continue;
      }
      const flag = chosen(reading, mention, (each) => each.kind === "column" && each.column.kind === "boolean");
      if (flag?.kind === "column") {
        intent.filters.push({ kind: "true", of: { table: flag.table, column: flag.column }, not: isNot });
        takeMention(reading, mention);
        continue;
      }
    }
    const before = columnBefore(reading, index);
    const isSaidValue =
      token.kind === "quoted" ||
      token.kind === "date" ||
      (before !== null && !mention && !emptyWords.has(token.word) && isValueLead(reading, index));
    if (!isSaidValue) continue;
    const of = before ?? labelFor(reading, catalog, token.raw);
    addValue(reading, of, token.kind === "quoted" ? token.raw : rawRun(reading, index), isNot);
    taken[index] = true;
  }
}

const isValueLead = (reading: Reading, index: number) =>
  ["is", "=", "equal", "of", "in", "from", "called", "named", "to", "not", "or"].includes(word(reading, index - 1)) ||
  reading.at[index - 1] !== undefined;

/** Names of more than one word begin with capitals: `New York`. */
function rawRun(reading: Reading, index: number): string {
  const { tokens, taken, at } = reading;
  let value = tokens[index]?.raw ?? "";
  for (
    let place = index + 1;
    /^\p{Lu}/u.test(tokens[place]?.raw ?? "") && !at[place] && !taken[place] && /^\p{Lu}/u.test(value);
    place += 1
  ) {
    value += ` ${tokens[place]?.raw}`;
    taken[place] = true;
  }
  return value;
}

function addValue({ intent }: Reading, of: ColumnOf, value: string, not: boolean): void {
  const same = intent.filters.find((each) => each.kind === "value" && each.of.column === of.column && each.not === not);
  if (same?.kind === "value") same.values.push(value);
  else intent.filters.push({ kind: "value", of, values: [value], not });
}

/** The column that was named just before a value: `country is Germany`. */
function columnBefore(reading: Reading, index: number): ColumnOf | null {
  for (let place = index - 1; place >= Math.max(0, index - 4); place -= 1) {
    const mention = reading.at[place];
    // A column that is grouped or computed by is no lead to a value, and a table never is.
    if (mention) return reading.taken[place] || tableOf(mention) ? null : columnOf(reading, mention, () => true);
    if (
      !["is", "are", "was", "=", "equal", "to", "of", "not", "in", "named", "called", "from", "the"].includes(
        word(reading, place),
      )
    )
      return null;
  }
  return null;
}

function labelFor(reading: Reading, catalog: Catalog, value: string): ColumnOf {
  const holding = catalog.tables.flatMap((table) =>
    table.columns.flatMap((column): ColumnOf[] =>
      (column.statistics?.common ?? []).some((each) => each.value.toLowerCase() === value.toLowerCase())
        ? [{ table, column }]
        : [],
    ),
  );
  if (holding.length === 1 && holding[0]) return holding[0];
  const labels = [...reading.named].flatMap((table) => labelOf(table) ?? []);
  const [label] = labels;
  if (label && labels.length === 1) {
    reading.intent.assumptions.push(`“${value}” is looked for in ${label.table.name}.${label.column.name}.`);
    return label;
  }
  const columns = [...holding, ...labels];
  if (columns.length === 0) return refuse(`I do not know which column “${value}” is a value of.`);
  return choose(`Which column is “${value}” a value of?`, columnOptions(columns), reading.intent.chosenBefore);
}

const labelNames = [
  /^(full_?|display_?|company_?)?name$/i,
  /^title$/i,
  /_?name$/i,
  /^(label|caption|subject)$/i,
  /^(e?mail|email_address|sku|code|number)$/i,
];

/** The column by which people call a row of a table. */
export function labelOf(table: CatalogTable): ColumnOf | null {
  for (const pattern of labelNames) {
    const column = table.columns.find(({ name, kind }) => pattern.test(name) && (kind === "text" || kind === "enum"));
    if (column) return { table, column };
  }
  return null;
}

/** What is left: tables, columns to show; and words that nobody understands. */
function readRest(reading: Reading): void {
  const { tokens, taken, at, intent } = reading;
  const unknown: string[] = [];
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (!token || taken[index]) continue;
    const mention = at[index];
    if (mention) {
      const table = tableOf(mention);
      if (table) intent.tables.push(table);
      else {
        const of = columnOf(reading, mention, () => true);
        if (of) intent.shown.push(of);
        else if (!fillerWords.has(token.word)) unknown.push(mention.words);
      }
      takeMention(reading, mention);
      continue;
    }
    const isNothing =
      emptyWords.has(token.word) || fillerWords.has(token.word) || isRankWord(token.word) || token.word.length < 2;
    if (token.kind !== "word" || !isNothing) {
      const isVerb = token.kind === "word" && nameWords(token.word).some((each) => each in aggregateWords);
      if (!isVerb) unknown.push(token.raw);
    }
  }
  if (unknown.length > 0) {
    const words = [...new Set(unknown)].map((each) => `“${each}”`).join(", ");
    refuse(`Nothing in the schema or the glossary is called ${words}.`);
  }
}
