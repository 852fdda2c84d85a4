// Inlined into index.html (build/first-paint.ts) and allowed by its hash: theme and frame before anything is drawn.
try {
  const theme = localStorage.getItem("mindmesh.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  const frame = localStorage.getItem("mindmesh.frame");
  if (frame) document.documentElement.dataset.frame = frame;
} catch {
  // Storage is closed to us: the system's theme holds.
}
// Zod would try whether it may compile code, which our Content-Security-Policy forbids and reports.
globalThis.__zod_globalConfig = { jitless: true };
// What this address needs is asked for at once, all together, rather than by one script after the other. The build puts
// the pages here: [address, scripts, data]; see build/first-requests.ts.
window.firstAnswers = {};
for (const [address, scripts, [first, ...others]] of __FIRST_REQUESTS__) {
  const pattern = new RegExp(`^${address}/?$`);
  if (!pattern.test(location.pathname)) continue;
  for (const name of scripts) {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = `/assets/${name}`;
    document.head.append(link);
  }
  const ask = (path) => {
    const url = location.pathname.replace(pattern, path);
    const answer = fetch(url);
    answer.catch(() => undefined);
    window.firstAnswers[url] = answer;
    return answer;
  };
  // The first says who is signed in and where the log of events stands: what is read after it misses none of them.
  // Without a session the server would only refuse to say who is signed in; what it asks of strangers is read instead.
  if (first === "/api/me" && !document.cookie.includes("__SIGNED_IN_COOKIE__=")) void ask("/api/auth/setup");
  else if (first)
    ask(first).then(
      (answer) => answer.ok && others.forEach(ask),
      () => undefined,
    );
  break;
}
