/** Words of names and questions, made comparable. */

/** The words of a name: `order_items`, `OrderItems` and `order-items` are `order`, `item`. */
export function nameWords(name: string): string[] {
  return name
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .map(singular);
}

const irregular: Record<string, string> = {
  people: "person",
  men: "man",
  women: "woman",
  children: "child",
  data: "data",
  addresses: "address",
  status: "status",
  news: "news",
  series: "series",
};

/** An English word without the ending of its plural. */
export function singular(word: string): string {
  const known = irregular[word];
  if (known !== undefined) return known;
  if (word.length < 4 || !word.endsWith("s") || /(ss|us|is)$/.test(word)) return word;
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (/(ches|shes|xes|sses|zes)$/.test(word)) return word.slice(0, -2);
  return word.slice(0, -1);
}

export interface QuestionToken {
  /** In lower case and singular; of a quoted text the text as it is. */
  word: string;
  /** As it was written. */
  raw: string;
  kind: "word" | "number" | "quoted" | "date";
}

const tokenPattern =
  /"([^"]+)"|“([^”]+)”|'([^']+)'(?!\p{L})|(\d{4}-\d{2}-\d{2})|(\d+(?:[.,]\d+)*)(?:\s?(k|m|million|thousand))?\b|([\p{L}\p{M}][\p{L}\p{M}\p{N}_]*(?:['’]s)?)|([<>]=?|=|%)/giu;

/** The words, numbers, dates and quoted texts of a question, in their order. */
export function questionTokens(question: string): QuestionToken[] {
  const tokens: QuestionToken[] = [];
  for (const [raw, double, curly, single, date, number, factor, word, sign] of question.matchAll(tokenPattern)) {
    const quoted = double ?? curly ?? single;
    if (quoted !== undefined) tokens.push({ word: quoted, raw: quoted, kind: "quoted" });
    else if (date !== undefined) tokens.push({ word: date, raw, kind: "date" });
    else if (number !== undefined) tokens.push({ word: plainNumber(number, factor), raw, kind: "number" });
    else if (word !== undefined) {
      const plain = word.replace(/['’]s$/u, "");
      const parts = plain.includes("_") ? plain.split("_").filter(Boolean) : [plain];
      for (const part of parts) tokens.push({ word: singular(part.toLowerCase()), raw: part, kind: "word" });
    } else if (sign !== undefined) tokens.push({ word: sign, raw, kind: "word" });
  }
  return tokens;
}

function plainNumber(text: string, factor: string | undefined): string {
  const digits = text.replace(/,(?=\d{3}\b)/g, "").replace(",", ".");
  const times = { k: 1000, thousand: 1000, m: 1_000_000, million: 1_000_000 }[factor?.toLowerCase() ?? ""] ?? 1;
  return times === 1 ? digits : String(Number(digits) * times);
}

/** Words that say nothing of what is asked for. */
export const emptyWords = new Set(
  `a an the of for to from in on at with and or is are was were be been do does did have has had i we you they it its our my your
  their me us please show list give get find tell display return what which who whom whose where when how that this these those there
  all any each every some by as than then so can could would should will may many much per between into about also only just
  exist value record row entry data table column database number amount currently now ever so far here existing there's let see want
  need know like such not no`
    .split(/\s+/)
    .map(singular),
);
