type Schema = Record<string, unknown>;

/** Values that fit a JSON Schema, and the same with one text spoiled. */
export interface Sample {
  /** With every field. */
  full: unknown;
  /** With required fields only. */
  bare: unknown;
  /** For each place of a text, values in which the character stands at its end. */
  spoiled: unknown[];
}

// The first that fits a field's pattern is taken.
const words = ["name", "openai/gpt-5-mini", "0123456789abcdef0123456789abcdef", "12", "2026-01-01", "#336699"];
const formats: Record<string, string> = {
  uuid: "01890000-0000-7000-8000-000000000000",
  "date-time": "2026-01-01T00:00:00.000Z",
  date: "2026-01-01",
  email: "somebody@example.org",
  uri: "https://example.org/",
};

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads a JSON Schema as Zod writes it. @param character what is put into texts */
export function sampleOf(given: unknown, character: string, root: unknown = given, depth = 0): Sample {
  const schema = resolve(given, root);
  const inner = (each: unknown) => sampleOf(each, character, root, depth + 1);
  if (depth > 12) return same(null);
  if (schema["const"] !== undefined) return textOr(schema["const"], character);
  if (Array.isArray(schema["enum"])) return textOr(schema["enum"][0], character);
  const choices = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(choices)) return choiceOf(choices.map(inner));
  if (Array.isArray(schema["allOf"])) return together(schema["allOf"].map(inner));
  switch (schema["type"]) {
    case "object":
      return objectOf(schema, inner, character, depth === 0);
    case "array": {
      const items = (schema["prefixItems"] as unknown[] | undefined) ?? [schema["items"]];
      const samples = items.map(inner);
      const full = samples.map((each) => each.full);
      const at = (index: number, value: unknown) => full.with(index, value);
      return {
        full,
        bare: samples.map((each) => each.bare),
        spoiled: samples.flatMap((each, index) => each.spoiled.map((value) => at(index, value))),
      };
    }
    case "integer":
    case "number":
      return same(Number(schema["minimum"] ?? 1));
    case "boolean":
      return same(true);
    case "null":
      return same(null);
    default:
      return textOr(wordFor(schema), character);
  }
}

const same = (value: unknown): Sample => ({ full: value, bare: value, spoiled: [] });

function textOr(value: unknown, character: string): Sample {
  return typeof value === "string" ? { full: value, bare: value, spoiled: [`${value}${character}`] } : same(value);
}

function resolve(given: unknown, root: unknown): Schema {
  if (!isSchema(given)) return {};
  const { $ref: reference } = given;
  if (typeof reference !== "string") return given;
  const path = reference.replace(/^#\/?/, "").split("/").filter(Boolean);
  return path.reduce<Schema>((at, name) => (isSchema(at[name]) ? at[name] : {}), isSchema(root) ? root : {});
}

function wordFor(schema: Schema): string {
  const fixed = formats[String(schema["format"])];
  if (fixed !== undefined) return fixed;
  const { pattern } = schema;
  const word = words.find((each) => typeof pattern !== "string" || new RegExp(pattern, "u").test(each)) ?? "name";
  return word.padEnd(Number(schema["minLength"] ?? 0), ".");
}

/** Nothing where that is a choice besides an id, which would have to exist. */
function choiceOf(samples: Sample[]): Sample {
  const nothing = samples.find(({ full }) => full === null);
  const [first] = samples;
  const chosen = nothing && first?.full === formats["uuid"] ? nothing : first;
  return { full: chosen?.full, bare: chosen?.bare, spoiled: samples.flatMap(({ spoiled }) => spoiled) };
}

function together(samples: Sample[]): Sample {
  const all = (kind: "full" | "bare") => Object.assign({}, ...samples.map((each) => each[kind])) as object;
  const full = all("full");
  return {
    full,
    bare: all("bare"),
    spoiled: samples.flatMap(({ spoiled }) => spoiled.map((value) => ({ ...full, ...(value as object) }))),
  };
}

/** @param twice whether each text is spoiled without the other fields too, which may not go together */
function objectOf(schema: Schema, inner: (schema: unknown) => Sample, character: string, twice: boolean): Sample {
  const properties = isSchema(schema["properties"]) ? schema["properties"] : {};
  const required = new Set((schema["required"] as string[] | undefined) ?? []);
  const samples = Object.entries(properties).map(([name, each]) => ({ name, ...inner(each) }));
  const more = schema["additionalProperties"];
  const full = Object.fromEntries(samples.map(({ name, full: value }) => [name, value]));
  const bare = Object.fromEntries(
    samples.filter(({ name }) => required.has(name)).map(({ name, bare: value }) => [name, value]),
  );
  const spoiled = samples.flatMap(({ name, spoiled: values }) =>
    values.flatMap((value) => [{ ...full, [name]: value }, ...(twice ? [{ ...bare, [name]: value }] : [])]),
  );
  if (isSchema(more)) {
    const value = inner(more);
    spoiled.push(
      { ...full, [`name${character}`]: value.full },
      ...value.spoiled.map((each) => ({ ...full, name: each })),
    );
    full["name"] ??= value.full;
  }
  return { full, bare, spoiled };
}
