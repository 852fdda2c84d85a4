import type { CatalogColumn, ColumnStatistics } from "@mindmesh/contracts/query/catalog";
import type { Generator, Meaning } from "@mindmesh/contracts/query/mock-data";
import type { ColumnBounds } from "./checks/bounds.ts";

export interface SuggestionParts {
  column: CatalogColumn;
  table: string;
  /** All columns of the table. */
  names: readonly string[];
  bounds: ColumnBounds | null;
  isKey: boolean;
  isPrimary: boolean;
  today: string;
  statistics: ColumnStatistics | null;
}

const uniform = { shape: "uniform" } as const;
/** So many different values at most are a list and no free text. */
const longestList = 24;

/** What a careful person would put into a column, by what is known of it. */
export function suggestGenerator(parts: SuggestionParts): Generator {
  const { column, bounds, isKey, isPrimary } = parts;
  if (column.generated === "computed") return { kind: "database" };
  const list = column.enumValues ?? bounds?.list?.map(String) ?? null;
  if (list !== null && list.length > 0) return ofList(list, parts);
  if (isPrimary && column.kind === "integer") return { kind: "sequence", start: 1, step: 1 };
  if (column.generated === "identity") return { kind: "sequence", start: 1, step: 1 };
  const seen = isKey ? null : ofCommonValues(parts);
  if (seen !== null) return seen;
  switch (column.kind) {
    case "integer":
      return isKey ? { kind: "sequence", start: 1, step: 1 } : wholeNumber(parts);
    case "decimal":
    case "float":
      return decimalNumber(parts);
    case "boolean":
      return { kind: "boolean", trueShare: 0.5 };
    case "date":
    case "timestamp":
    case "time":
      return moment(parts, column.kind);
    case "uuid":
      return { kind: "uuid" };
    case "json":
      return { kind: "json" };
    case "binary":
      return { kind: "bytes", minimum: 8, maximum: 32 };
    case "array":
      return {
        kind: "array",
        of: /int|numeric|float|double/i.test(column.type) ? "integers" : "words",
        minimum: 0,
        maximum: 4,
      };
    case "interval":
      return {
        kind: "list",
        values: ["1 day", "3 days", "2 hours", "45 minutes"].map((value) => ({ value, weight: 1 })),
      };
    case "text":
    case "other":
      return textOf(parts);
    case "range":
    case "geometry":
    case "enum":
      return column.nullable ? { kind: "null" } : { kind: "database" };
  }
}

function ofList(list: readonly string[], { statistics }: SuggestionParts): Generator {
  const shares = new Map(statistics?.common.map(({ value, share }) => [value, share ?? 0]));
  const weightOf = (value: string, index: number) =>
    shares.size > 0 ? Math.max(shares.get(value) ?? 0, 0.001) : Math.max(1, list.length - index);
  return {
    kind: "list",
    values: list.slice(0, 1000).map((value, index) => ({ value, weight: weightOf(value, index) })),
  };
}

/** Values that were seen, as often as they were seen, where they are all there are. */
function ofCommonValues({ statistics, column }: SuggestionParts): Generator | null {
  if (statistics === null || !["text", "integer", "boolean"].includes(column.kind)) return null;
  const { common, distinct } = statistics;
  if (common.length === 0 || distinct === null || distinct > Math.min(longestList, common.length)) return null;
  return { kind: "list", values: common.map(({ value, share }) => ({ value, weight: Math.max(share ?? 1, 0.001) })) };
}

const words = (name: string) =>
  name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter(Boolean);

function wholeNumber({ column, bounds, statistics }: SuggestionParts): Generator {
  const has = (...any: string[]) => words(column.name).some((word) => any.includes(word));
  const usual: [number, number] = has("year")
    ? [1990, 2026]
    : has("age")
      ? [18, 85]
      : has("rating", "stars", "score")
        ? [1, 5]
        : has("percent", "percentage", "pct")
          ? [0, 100]
          : has("quantity", "qty", "count", "amount")
            ? [1, 20]
            : [1, 1000];
  const [minimum, most] = within(usual, bounds, statistics, 1);
  // MySQL has no boolean but `tinyint(1)`; SQL Server's tinyint goes further than MySQL's and begins at 0.
  const tiny = /^tinyint(\(1\))?/i.exec(column.type);
  if (tiny?.[1] !== undefined && !bounds && !statistics)
    return { kind: "integer", minimum: 0, maximum: 1, distribution: uniform };
  const maximum = tiny ? Math.min(most, 127) : most;
  return { kind: "integer", minimum: Math.ceil(minimum), maximum: Math.floor(maximum), distribution: uniform };
}

function decimalNumber({ column, bounds, statistics }: SuggestionParts): Generator {
  const name = words(column.name);
  const scale = Math.min(column.scale ?? 2, 15);
  const share = name.some((word) => ["rate", "share", "ratio", "probability"].includes(word));
  const usual: [number, number] =
    name.includes("latitude") || name.includes("lat")
      ? [-90, 90]
      : name.includes("longitude") || name.includes("lng") || name.includes("lon")
        ? [-180, 180]
        : share
          ? [0, 1]
          : [1, 1000];
  const whole = column.precision === null ? Infinity : 10 ** (column.precision - scale) - 10 ** -scale;
  const [low, high] = within(usual, bounds, statistics, 10 ** -scale);
  const isMoney = name.some((word) => ["price", "cost", "salary", "total", "amount", "fee", "revenue"].includes(word));
  return {
    kind: "decimal",
    minimum: Math.max(low, -whole),
    maximum: Math.min(high, whole),
    scale,
    distribution: isMoney ? { shape: "normal", mean: 0.25, deviation: 0.25 } : uniform,
  };
}

/** What is usual, moved into what checks allow, or what statistics have seen. @param step the smallest difference, for open ends */
function within(
  [low, high]: [number, number],
  bounds: ColumnBounds | null,
  statistics: ColumnStatistics | null,
  step: number,
): [number, number] {
  const seen = [statistics?.minimum, statistics?.maximum].map((value) =>
    value == null || value === "" ? NaN : Number(value),
  );
  let from = Number.isFinite(seen[0]) ? seen[0]! : low;
  let to = Number.isFinite(seen[1]) ? seen[1]! : high;
  const span = Math.max(to - from, step);
  const minimum = limitOf(bounds?.minimum ?? null, step);
  const maximum = limitOf(bounds?.maximum ?? null, -step);
  if (minimum !== null && from < minimum) from = minimum;
  if (maximum !== null && to > maximum) to = maximum;
  if (minimum !== null && to < from) to = maximum ?? from + span;
  if (maximum !== null && from > to) from = minimum ?? to - span;
  return [from, Math.max(from, to)];
}

function limitOf(bound: ColumnBounds["minimum"], step: number): number | null {
  if (bound === null) return null;
  const value = Number(bound.value);
  return Number.isFinite(value) ? value + (bound.open ? step : 0) : null;
}

function moment({ column, names, today, bounds }: SuggestionParts, unit: "date" | "timestamp" | "time"): Generator {
  const name = words(column.name);
  const before = names.find((each) => each !== column.name && isEarlier(words(each), name));
  if (before !== undefined && unit !== "time") {
    const day = 86_400;
    return { kind: "after", column: before, minimum: unit === "date" ? day : 60, maximum: 14 * day };
  }
  const year = Number(today.slice(0, 4));
  const isBirth = name.some((word) => word.startsWith("birth") || word === "dob");
  const [from, to] = isBirth ? [`${year - 80}-01-01`, `${year - 18}-12-31`] : [`${year - 3}${today.slice(4)}`, today];
  const date = (bound: ColumnBounds["minimum"]) => /^\d{4}-\d{2}-\d{2}/.exec(String(bound?.value ?? ""))?.[0];
  const low = date(bounds?.minimum ?? null);
  const high = date(bounds?.maximum ?? null);
  return {
    kind: "time",
    unit,
    from: low !== undefined && low > from ? low : from,
    to: high !== undefined && high < to ? high : to,
    pattern: isBirth ? "even" : unit === "date" ? "even" : "working hours",
  };
}

// Pairs in which the second comes later in the life of a row.
const later: [RegExp, RegExp][] = [
  [
    /^(?:start|starts|started|begin|begins|began|from|opened|valid_from)/,
    /^(?:end|ends|ended|finish|finished|until|to|closed|valid_until|valid_to)/,
  ],
  [
    /^(?:created|ordered|placed|requested|submitted|inserted)/,
    /^(?:updated|modified|changed|shipped|paid|delivered|completed|processed|resolved|cancelled|closed|deleted)/,
  ],
  [/^(?:shipped|sent)/, /^(?:delivered|received|arrived)/],
];

function isEarlier(first: readonly string[], second: readonly string[]): boolean {
  const [a, b] = [first.join("_"), second.join("_")];
  const rest = (text: string) => text.replace(/^[a-z]+_?/, "");
  return later.some(([early, late]) => early.test(a) && late.test(b) && (rest(a) === rest(b) || !/from|start/.test(a)));
}

// The first pattern that fits the words of a name wins.
const byName: [RegExp, Meaning][] = [
  [/\bfirst name\b|\bgiven name\b|\bforename\b|^firstname$/, "first name"],
  [/\blast name\b|\bsurname\b|\bfamily name\b|^lastname$/, "last name"],
  [/\buser ?name\b|\blogin\b|\bnick ?name\b|\bhandle\b/, "user name"],
  [/\bfull name\b|\bcontact name\b|\bcustomer name\b|\bauthor\b/, "full name"],
  [/\bjob\b|\bposition\b|\boccupation\b/, "job title"],
  [/\bphone\b|\bmobile\b|\bfax\b|\btel\b/, "phone"],
  [/\bcompany\b|\borganisation\b|\borganization\b|\bemployer\b|\bvendor\b|\bsupplier name\b/, "company"],
  [/\bdepartment\b/, "department"],
  [/\bstreet\b|\baddress(?: line)?(?: ?1)?$/, "street"],
  [/\bcity\b|\btown\b/, "city"],
  [/\bpost(?:al)? ?code\b|\bzip\b|\bpostcode\b/, "postal code"],
  [/\bprovince\b|\bregion\b/, "state"],
  [/\bcountry code\b/, "country code"],
  [/\bcountry\b/, "country"],
  [/\bcurrency\b/, "currency code"],
  [/\bcolou?r\b/, "colour"],
  [/\bmaterial\b/, "material"],
  [/\burl\b|\blink\b|\bwebsite\b|\bhomepage\b/, "url"],
  [/\bdomain\b|\bhost ?name\b/, "domain"],
  [/\bip\b/, "ip address"],
  [/\biban\b/, "iban"],
  [/\bslug\b/, "slug"],
  [/\bfile ?name\b/, "file name"],
  [/\bmime\b|\bmedia type\b|\bcontent type\b/, "media type"],
  [/\bversion\b/, "version"],
  [/\blat(?:itude)?\b/, "latitude"],
  [/\blo?ng(?:itude)?\b/, "longitude"],
  [/\blanguage\b|\blocale\b/, "language"],
  [/\btime ?zone\b/, "time zone"],
  [/\btitle\b|\bsubject\b|\bheadline\b/, "title"],
  [/\bbody\b|\bcontent\b|\bdescription\b|\bcomment\b|\bnotes?\b|\btext\b|\bmessage\b|\bbio\b/, "sentence"],
];

function textOf({ column, table, names, bounds, isKey }: SuggestionParts): Generator {
  const name = words(column.name).join(" ");
  const length = Math.min(column.length ?? Infinity, bounds?.longest ?? Infinity);
  if (/\be ?mail\b/.test(name)) return { kind: "template", template: mailTemplate(names) };
  if (/\buuid\b|\bguid\b/.test(name) && length >= 36) return { kind: "uuid" };
  if (
    !/^(?:post|postal|zip|country|currency)/.test(name) &&
    /\bsku\b|\bcode\b|\bnumber\b|\bref(?:erence)?\b|\btracking\b|\bserial\b/.test(name)
  )
    return { kind: "pattern", pattern: codePattern(length, bounds) };
  if (/\bhash\b|\btoken\b|\bchecksum\b/.test(name))
    return { kind: "pattern", pattern: "*".repeat(Math.min(length, 32)) };
  if (length < 2) return { kind: "pattern", pattern: "?".repeat(Math.max(length, 1)) };
  const found = byName.find(([pattern]) => pattern.test(name))?.[1];
  if (found !== undefined)
    return found === "sentence" && length < 40
      ? { kind: "words", minimum: 1, maximum: 2 }
      : { kind: "meaning", meaning: found };
  const thing = words(table).join(" ");
  if (/\bname\b/.test(name)) {
    if (/\bproducts?\b|\bitems?\b|\barticles?\b/.test(thing)) return { kind: "meaning", meaning: "product name" };
    if (/\bsuppliers?\b|\bcompan(?:y|ies)\b|\bvendors?\b|\baccounts?\b/.test(thing))
      return { kind: "meaning", meaning: "company" };
    if (/\bcategor(?:y|ies)\b|\bdepartments?\b|\btags?\b/.test(thing))
      return { kind: "meaning", meaning: "department" };
    if (/\bcit(?:y|ies)\b|\bwarehouses?\b|\bstores?\b/.test(thing)) return { kind: "meaning", meaning: "city" };
    if (/\bcountr(?:y|ies)\b/.test(thing)) return { kind: "meaning", meaning: "country" };
    return { kind: "meaning", meaning: "full name" };
  }
  if (isKey) return { kind: "pattern", pattern: codePattern(length, bounds) };
  const most = Math.max(1, Math.min(4, Math.floor(length / 12)));
  return {
    kind: "words",
    minimum: Math.max(1, Math.ceil((bounds?.shortest ?? 1) / 3)),
    maximum: Math.max(most, Math.ceil((bounds?.shortest ?? 1) / 3)),
  };
}

/** From the names in the row where there are any; the number keeps them apart, the domain is nobody's (RFC 2606). */
function mailTemplate(names: readonly string[]): string {
  const find = (pattern: RegExp) => names.find((name) => pattern.test(words(name).join(" ")));
  const [first, last] = [
    find(/^(?:first|given) name$|^firstname$/),
    find(/^last name$|^surname$|^family name$|^lastname$/),
  ];
  if (first !== undefined && last !== undefined) return `{${first}|slug}.{${last}|slug}{#}@example.com`;
  const whole = find(/\bname\b/);
  return whole === undefined ? "person{#}@example.com" : `{${whole}|slug}{#}@example.com`;
}

/** As many signs as fit, with enough of them to tell a million apart. */
function codePattern(length: number, bounds: ColumnBounds | null): string {
  const pattern = "???-#######";
  const shortest = bounds?.shortest ?? 0;
  if (length < pattern.length) return "*".repeat(Math.max(1, length));
  return pattern + "#".repeat(Math.max(0, shortest - pattern.length));
}
