type Schema = Record<string, unknown>;

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function resolve(schema: Schema, root: Schema): Schema {
  const path = typeof schema.$ref === "string" ? schema.$ref.replace(/^#\/?/, "").split("/") : null;
  if (path === null) return schema;
  const found = path.filter(Boolean).reduce<unknown>((at, name) => (isSchema(at) ? at[name] : undefined), root);
  return isSchema(found) ? found : {};
}

/**
 * A value that fits a JSON Schema (or Gemini's kind of it), always the same one: first choices, shortest lists, all
 * fields. A string says its field's name. Knows what schemas of tools and answers use, not the whole standard.
 */
export function sampleValue(given: unknown, name = "value", root: unknown = given, depth = 0): unknown {
  if (!isSchema(given) || !isSchema(root) || depth > 12) return name;
  const schema = resolve(given, root);
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return sampleValue(choices[0], name, root, depth + 1);
  const type = String(Array.isArray(schema.type) ? schema.type[0] : schema.type).toLowerCase();
  switch (type) {
    case "object": {
      const properties = isSchema(schema.properties) ? Object.entries(schema.properties) : [];
      return Object.fromEntries(properties.map(([key, each]) => [key, sampleValue(each, key, root, depth + 1)]));
    }
    case "array":
      return Array.from({ length: Math.max(1, Number(schema.minItems ?? 1)) }, () =>
        sampleValue(schema.items, name, root, depth + 1),
      );
    case "integer":
    case "number":
      return Number(schema.minimum ?? 1);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return name.padEnd(Number(schema.minLength ?? 0), ".");
  }
}
