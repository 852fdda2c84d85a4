import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTestDatabase, eventually } from "@mindmesh/test-support";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (name: string) => readFileSync(join(root, name), "utf8");
const container = read("deploy/Containerfile");
const compose = read("deploy/compose.yaml");

/** NAME=value pairs of the image's ENV line. */
const imageEnvironment = Object.fromEntries(
  [...(/^ENV (.+)$/m.exec(container)?.[1] ?? "").matchAll(/(\w+)=(\S+)/g)].map(([, name = "", value = ""]) => [
    name,
    value,
  ]),
);
const command = JSON.parse(/^CMD (\[.+\])$/m.exec(container)?.[1] ?? "[]") as string[];

test("the image and the compose file set only what the server knows", () => {
  const known = [...read(".env.example").matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name);
  const [server = ""] = compose.split("services:");
  const inCompose = [...server.matchAll(/^ {4}([A-Z][A-Z0-9_]+):/gm)].map(([, name]) => name);
  expect(inCompose).toContain("DATABASE_URL");
  const ofNode = ["NODE_ENV"];
  expect(
    [...inCompose, ...Object.keys(imageEnvironment)].filter((name) => ![...known, ...ofNode].includes(name)),
  ).toEqual([]);
});

test("the image leaves out what the repository does, and its history", () => {
  const left = read(".dockerignore").split("\n");
  expect(left).toEqual(expect.arrayContaining([".git", ".env", "data", "**/node_modules"]));
});

test("the scripts that the image runs are there", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const run = [...container.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
  expect(run).not.toEqual([]);
  expect(run.filter((name) => !(String(name) in scripts))).toEqual([]);
});

test("the image's command, with its environment, serves and answers its health check, and ends on its stop signal", async () => {
  const database = await createTestDatabase();
  const data = await mkdtemp(join(tmpdir(), "mindmesh-image-"));
  const [program, ...rest] = command;
  expect(program).toBe("node");
  const server = spawn(process.execPath, rest, {
    cwd: root,
    env: { PATH: process.env["PATH"], ...imageEnvironment, DATA_DIR: data, PORT: "0", DATABASE_URL: database.url },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  server.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = once(server, "close");
  try {
    const port = await eventually(() => {
      const [, found] = /ready on http:\S+:(\d+)/.exec(output) ?? [];
      expect(found, output).toBeDefined();
      return found;
    }, 100);
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  } finally {
    server.kill(/^STOPSIGNAL (\w+)$/m.exec(container)?.[1] as NodeJS.Signals);
  }
  expect((await ended)[0]).toBe(0);
  await database.drop();
  await rm(data, { recursive: true, force: true });
}, 150_000);
