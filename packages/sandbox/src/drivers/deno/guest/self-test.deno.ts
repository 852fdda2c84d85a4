// Tries, under the flags of every guest, what no guest may do, and writes what it could do after all. Not the names of files
// or addresses matter here: each attempt is one kind of permission.
const { Deno: deno } = globalThis as unknown as {
  Deno: Record<string, (...given: unknown[]) => unknown> & { permissions: { revokeSync(permission: object): void } };
};
deno.permissions.revokeSync({ name: "read" });

const remote = "https://deno.land/std/version.ts";
const fromNpm = "npm:lodash";
const attempts: Record<string, () => unknown> = {
  "read files": () => deno["readTextFileSync"]?.(import.meta.filename),
  "list folders": () => deno["readDirSync"]?.("/"),
  "write files": () => deno["writeTextFileSync"]?.("mindmesh-self-test", ""),
  "open connections": () => deno["connect"]?.({ hostname: "127.0.0.1", port: 9 }),
  fetch: () => fetch("http://127.0.0.1:9/"),
  listen: () => deno["listen"]?.({ hostname: "127.0.0.1", port: 0 }),
  "resolve names": () => deno["resolveDns"]?.("example.org", "A"),
  "start programs": () =>
    new (deno["Command"] as unknown as new (name: string) => { outputSync(): unknown })("/bin/true").outputSync(),
  "read the environment": () => (deno["env"] as unknown as { toObject(): object }).toObject(),
  "load native code": () => deno["dlopen"]?.("libc.so.6", {}),
  "see the machine": () => deno["hostname"]?.(),
  "signal processes": () => deno["kill"]?.(deno["ppid"], "SIGCONT"),
  "make code from strings": () => (() => undefined).constructor("return 1")() as unknown,
  "import from the network": () => import(remote),
  "import from npm": () => import(fromNpm),
};
const worked: string[] = [];
for (const [what, attempt] of Object.entries(attempts)) {
  try {
    await attempt();
    worked.push(what);
  } catch (error) {
    const refused =
      error instanceof Error &&
      (error.name === "NotCapable" || error.name === "EvalError" || error instanceof TypeError);
    if (!refused) worked.push(`${what} (${String(error)})`);
  }
}
// oxlint-disable-next-line no-console -- The answer to the server.
console.log(JSON.stringify({ worked }));
