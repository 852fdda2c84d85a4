import { readFileSync } from "node:fs";
import { readConfig } from "@mindmesh/kernel/config";
import { expect, test } from "vitest";

const example = readFileSync(new URL("../../../../.env.example", import.meta.url), "utf8");
const given = [...example.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name, value] as const);

test("the example environment names every setting, with its default", () => {
  const config: Record<string, unknown> = readConfig({});
  const source = readFileSync(new URL("../../src/config/config.ts", import.meta.url), "utf8");
  const known = [...source.matchAll(/^ {4}([A-Z0-9_]+):/gm)].map(([, name]) => name);
  expect(new Set(given.map(([name]) => name))).toEqual(new Set(known));
  for (const [name, value] of given.filter(([, each]) => each !== "")) {
    expect(String(config[name!]), name).toBe(value);
  }
  expect(() => readConfig(Object.fromEntries(given))).not.toThrow(/./);
});

test("every mistake is told at once, by the name of its setting", () => {
  const wrong = { PORT: "abc", DATABASE_URL: "mysql://x", ROLE: "boss", S3_BUCKET: "b", SECRET_KEY: "short" };
  expect(() => readConfig(wrong)).toThrow(/PORT[\s\S]*DATABASE_URL[\s\S]*ROLE[\s\S]*SECRET_KEY/);
  expect(() => readConfig({ S3_BUCKET: "b" })).toThrow(
    /S3_ACCESS_KEY_ID is missing[\s\S]*S3_SECRET_ACCESS_KEY is missing/,
  );
  expect(() => readConfig({ ROLE: "worker" })).toThrow(/needs DATABASE_URL/);
});
