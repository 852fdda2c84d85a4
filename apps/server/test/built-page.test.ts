import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, beforeEach, expect, test } from "vitest";
import { protect } from "../src/security.ts";
import { inlineOfPage, serveWeb } from "../src/web.ts";

let folder: string;
let app: FastifyInstance;

/** A build of the page, as far as the server knows one. */
async function build(name: string) {
  await rm(join(folder, "assets"), { recursive: true, force: true });
  await mkdir(join(folder, "assets"), { recursive: true });
  await writeFile(join(folder, "index.html"), `<script src="/assets/${name}.js"></script>`);
  await writeFile(join(folder, "assets", `${name}.js`), `"${name}"`);
  await writeFile(join(folder, "policy.json"), JSON.stringify({ "script-src": [`'sha256-${name}'`] }));
  const later = Date.now() / 1000 + name.length;
  await utimes(join(folder, "policy.json"), later, later);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mindmesh-page-"));
  await build("one");
  app = Fastify();
  protect(app, "http://localhost", inlineOfPage(folder));
  await serveWeb(app, folder);
});

afterEach(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

test("a page that is built anew while the server runs is served whole, under its own policy", async () => {
  const before = await app.inject("/sign-in");
  expect(before.body).toContain("/assets/one.js");
  expect(before.headers["content-security-policy"]).toContain("script-src 'self' 'sha256-one';");
  expect((await app.inject("/assets/one.js")).headers["cache-control"]).toContain("immutable");

  await build("another");
  const after = await app.inject("/sign-in");
  expect(after.body).toContain("/assets/another.js");
  expect(after.headers["content-security-policy"]).toContain("script-src 'self' 'sha256-another';");
  expect((await app.inject("/assets/another.js")).body).toBe('"another"');
});

test.each(["identity", "gzip, br"])(
  "every address is the page, the first of all too (encoding %s)",
  async (encoding) => {
    for (const path of ["/", "/sign-in", "/assets"]) {
      const answer = await app.inject({ url: path, headers: { "accept-encoding": encoding } });
      expect([path, answer.statusCode, answer.headers["cache-control"]]).toEqual([path, 200, "no-cache"]);
      expect(answer.body).toContain("/assets/one.js");
    }
    const folderOfScripts = await app.inject({ url: "/assets/", headers: { "accept-encoding": encoding } });
    expect(folderOfScripts.statusCode).toBe(404);
  },
);

test("a script that is not there is not answered with the page", async () => {
  for (const path of ["/assets/gone.js", "/api/nothing"]) {
    const response = await app.inject(path);
    expect(response.statusCode, path).toBe(404);
    expect(response.json(), path).toMatchObject({ error: { code: "not_found" } });
  }
});

test("nothing outside the folder of the page is served", async () => {
  await writeFile(join(folder, "..", "mindmesh-outside.txt"), "outside");
  for (const path of [
    "/../mindmesh-outside.txt",
    "/..%2fmindmesh-outside.txt",
    "/assets/..%2f..%2fmindmesh-outside.txt",
  ]) {
    expect((await app.inject(path)).body, path).not.toBe("outside");
  }
  await rm(join(folder, "..", "mindmesh-outside.txt"));
});

test("an answer with the page leaves room for what else waits for its end", async () => {
  const warnings: string[] = [];
  const note = ({ name }: Error) => void warnings.push(name);
  process.on("warning", note);
  // Node warns past ten listeners; the whole server has two of its own, and a trace another.
  app.addHook("onRequest", (_request, reply, done) => {
    reply.raw.setMaxListeners(7);
    done();
  });
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  for (const path of ["/", "/sign-in"]) expect((await fetch(`${url}${path}`)).status).toBe(200);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", note);
  expect(warnings).toEqual([]);
});
