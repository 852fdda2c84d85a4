// The offline shell. Built into /sw.js by build/service-worker.ts, which fills in the version and the files.
// It touches nothing that the server answers: /api, /oauth, /socket.io, shared pages and probes go straight to the network.

const version = "__VERSION__";
const files = ["__FILES__"];
const shellCache = `mindmesh-shell-${version}`;
// Hashed names never change their content, so this one outlives versions.
const assetCache = "mindmesh-assets";
const mostAssets = 300;
const serverPath = /^\/(?:api|oauth|mcp|v1|\.well-known|socket\.io|share|health|ready|metrics|diagram\.html)(?:\/|$)/;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(shellCache)
      .then((cache) => cache.addAll(files.map((path) => new Request(path, { cache: "no-cache" })))),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("mindmesh-shell-") && name !== shellCache) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

// The page asks for this when the person accepts the new version.
self.addEventListener("message", (event) => {
  if (event.data === "activate") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || serverPath.test(url.pathname)) return;
  if (request.mode === "navigate") event.respondWith(openShell(request));
  else if (files.includes(url.pathname)) event.respondWith(fromShell(request));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(fromAssets(request));
});

async function openShell(request) {
  const cached = await (await caches.open(shellCache)).match("/");
  return cached ?? fetch(request);
}

async function fromShell(request) {
  const cached = await (await caches.open(shellCache)).match(request, { ignoreSearch: true, ignoreVary: true });
  return cached ?? fetch(request);
}

async function fromAssets(request) {
  const cache = await caches.open(assetCache);
  const cached = await cache.match(request, { ignoreVary: true });
  if (cached) return cached;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    const kept = await cache.keys();
    for (const old of kept.slice(0, Math.max(0, kept.length - mostAssets))) await cache.delete(old);
  }
  return answer;
}
