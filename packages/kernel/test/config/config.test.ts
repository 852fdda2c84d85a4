import { readFileSync } from "node:fs";
import { readConfig } from "@mindmesh/kernel/config";
import Fastify from "fastify";
import { expect, test } from "vitest";

const example = readFileSync(new URL("../../../../.env.example", import.meta.url), "utf8");
const given = [...example.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name, value] as const);

test("the example environment names every setting, with its default", () => {
  const config: Record<string, unknown> = readConfig({});
  const source = readFileSync(new URL("../../src/config/config.ts", import.meta.url), "utf8");
  const known = [...source.matchAll(/^ {2}([A-Z0-9_]+):/gm)].map(([, name]) => name);
  expect(new Set(given.map(([name]) => name))).toEqual(new Set(known));
  for (const [name, value] of given.filter(([, each]) => each !== "")) {
    expect(String(config[name!]), name).toBe(value);
  }
  expect(() => readConfig(Object.fromEntries(given))).not.toThrow(/./);
});

/** The lines of the message, one per mistake. */
function mistakes(wrong: Record<string, string>): string[] {
  try {
    readConfig(wrong);
    return [];
  } catch (error) {
    return (error as Error).message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
}

const names = (wrong: Record<string, string>) => mistakes(wrong).map((line) => line.split(" ")[0]);

test("every mistake is told at once, by the name of its setting", () => {
  const wrong = { PORT: "abc", DATABASE_URL: "mysql://x", ROLE: "boss", SECRET_KEY: "short" };
  expect(names(wrong)).toEqual(["PORT", "DATABASE_URL", "ROLE", "SECRET_KEY"]);
  expect(() => readConfig(wrong)).toThrow(/^The environment has 4 mistakes:\n/);
  expect(() => readConfig({ PORT: "abc" })).toThrow(/^The environment has a mistake:\n {2}PORT must be a number$/);
});

test("settings that do not go together are told of beside those that are wrong by themselves", () => {
  expect(mistakes({ PORT: "abc", S3_BUCKET: "b", GOOGLE_CLIENT_ID: "x", ROLE: "worker" })).toEqual([
    "PORT must be a number",
    "S3_ACCESS_KEY_ID is missing, while other S3_ settings are given",
    "S3_SECRET_ACCESS_KEY is missing, while other S3_ settings are given",
    "GOOGLE_CLIENT_SECRET is missing, while GOOGLE_CLIENT_ID is given",
    "ROLE worker needs DATABASE_URL: the embedded database belongs to one server",
  ]);
  expect(names({ S3_ENDPOINT: "ftp://x" })).toEqual([
    "S3_ENDPOINT",
    "S3_BUCKET",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
  ]);
  expect(names({ OIDC_CLIENT_SECRET: "x" })).toEqual(["OIDC_ISSUER", "OIDC_CLIENT_ID"]);
  expect(mistakes({ DATABASE_DIRECT_URL: "postgres://a/b", DATABASE_REPLICA_URLS: "postgres://a/b" })).toEqual([
    "DATABASE_DIRECT_URL is given without DATABASE_URL",
    "DATABASE_REPLICA_URLS is given without DATABASE_URL",
  ]);
});

test("HOST is an address or a name", () => {
  for (const HOST of ["0.0.0.0", "::", "::1", "fe80::1%eth0", "localhost", "mind-mesh.example.org", "web_1"]) {
    expect(mistakes({ HOST }), HOST).toEqual([]);
  }
  for (const HOST of [
    "http://localhost",
    "localhost:3000",
    "[::1]",
    "1270.0.0.1",
    "10.0.0",
    "a b",
    "a..b",
    "-a",
    "*",
  ]) {
    expect(names({ HOST }), HOST).toEqual(["HOST"]);
  }
});

test("TRUSTED_PROXIES is what the server can trust: addresses, ranges and names of ranges", () => {
  for (const TRUSTED_PROXIES of ["loopback, uniquelocal", "10.0.0.1", "10.0.0.0/8,fd00::/8", "linklocal"]) {
    expect(mistakes({ TRUSTED_PROXIES }), TRUSTED_PROXIES).toEqual([]);
    expect(() => Fastify({ trustProxy: TRUSTED_PROXIES })).not.toThrow();
  }
  for (const TRUSTED_PROXIES of ["nonsense", "10.0.0.0/33", "10.0.0.0/0", "10.0.0.0/8/8", "true", "1", "10.0.0.1,"]) {
    expect(names({ TRUSTED_PROXIES }), TRUSTED_PROXIES).toEqual(["TRUSTED_PROXIES"]);
  }
});

test("the previous secret key is one that may once have been the current one", () => {
  expect(mistakes({ SECRET_KEY_PREVIOUS: "k".repeat(32) })).toEqual([]);
  expect(names({ SECRET_KEY: "k".repeat(31), SECRET_KEY_PREVIOUS: "short" })).toEqual([
    "SECRET_KEY",
    "SECRET_KEY_PREVIOUS",
  ]);
});
