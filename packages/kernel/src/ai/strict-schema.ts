import type { JsonSchema } from "./model-request.ts";

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Whether OpenAI's strict mode takes a schema: each object names all its fields as required and allows no others.
 * Others are refused with 400 there, so they are sent without it.
 * https://platform.openai.com/docs/guides/structured-outputs
 */
export function fitsStrictMode(schema: unknown, depth = 0): boolean {
  if (depth > 20) return false;
  if (Array.isArray(schema)) return schema.every((each) => fitsStrictMode(each, depth + 1));
  if (!isObject(schema)) return true;
  if (depth === 0 && schema.type !== "object") return false;
  if (schema.type === "object" || schema.properties !== undefined) {
    const properties = isObject(schema.properties) ? Object.keys(schema.properties) : [];
    const required = Array.isArray(schema.required) ? schema.required : [];
    if (schema.additionalProperties !== false || properties.some((name) => !required.includes(name))) return false;
  }
  if (schema.oneOf !== undefined || schema.allOf !== undefined) return false;
  const parts = [schema.items, schema.anyOf, ...named(schema.properties), ...named(schema.$defs)];
  return parts.every((each) => fitsStrictMode(each, depth + 1));
}

function named(schemas: unknown): unknown[] {
  return isObject(schemas) ? Object.values(schemas) : [];
}
