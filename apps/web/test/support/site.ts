import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const web = fileURLToPath(new URL("../../", import.meta.url));

/** Builds the page into a folder of its own and gives back that folder. `gallery` builds the components' page beside it. */
export async function buildSite({ gallery }: { gallery: boolean }) {
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-web-"));
  // Joins the pages that vite.config.ts names.
  const input: Record<string, string> = gallery ? { gallery: join(web, "gallery.html") } : {};
  // Vite declares production for the whole process, which other test files share.
  const before = process.env["NODE_ENV"];
  await build({
    root: web,
    configFile: join(web, "vite.config.ts"),
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: true, rolldownOptions: { input } },
  });
  process.env["NODE_ENV"] = before;
  return folder;
}

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
};

/** Serves a built folder under the strictest policy that the page must live with; unknown paths get the page. */
export async function serveSite(folder: string) {
  const sources = JSON.parse(await readFile(join(folder, "policy.json"), "utf8")) as Record<string, string[]>;
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${sources["script-src"]?.join(" ")}`,
    `style-src 'self' ${sources["style-src"]?.join(" ")}`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  const requests: string[] = [];
  const server: Server = createServer((request, reply) => {
    const path = new URL(request.url ?? "/", "http://site").pathname;
    requests.push(path);
    if (path.startsWith("/api/")) {
      reply.setHeader("content-type", "application/json").end(JSON.stringify({ at: requests.length }));
      return;
    }
    const send = (name: string) =>
      readFile(join(folder, name)).then((content) => {
        reply.setHeader("content-type", types[extname(name)] ?? "application/octet-stream");
        reply.setHeader("content-security-policy", policy);
        reply.end(content);
      });
    send(path === "/" ? "index.html" : path.slice(1)).catch(async () => {
      if (extname(path)) reply.writeHead(404).end();
      else await send("index.html");
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
