/**
 * What a program finds besides the language: console, timers, files, the few functions of node:fs that scripts use. It runs
 * inside QuickJS, and is given the functions that reach out; code that bends it bends only its own run.
 */
export const javascriptPrelude = `
(function (host) {
  "use strict";
  const inspect = (value, depth = 0, seen = []) => {
    switch (typeof value) {
      case "string": return depth === 0 ? value : JSON.stringify(value);
      case "bigint": return value + "n";
      case "symbol": return value.toString();
      case "function": return "[Function" + (value.name ? ": " + value.name : "") + "]";
      case "undefined": case "boolean": return String(value);
      case "number": return Object.is(value, -0) ? "-0" : String(value);
    }
    if (value === null) return "null";
    if (seen.includes(value)) return "[Circular]";
    if (depth > 4) return Array.isArray(value) ? "[Array]" : "[Object]";
    const next = [...seen, value];
    const inner = (each) => inspect(each, depth + 1, next);
    const limited = (all) => all.length > 100 ? [...all.slice(0, 100), "... " + (all.length - 100) + " more"] : all;
    const block = (open, all, close) => {
      if (all.length === 0) return open + close;
      const line = open + " " + all.join(", ") + " " + close;
      if (line.length <= 72 && !line.includes("\\n")) return open === "[" ? "[ " + all.join(", ") + " ]" : line;
      const pad = "  ".repeat(depth + 1);
      return open + "\\n" + all.map((each) => pad + each).join(",\\n") + "\\n" + "  ".repeat(depth) + close;
    };
    if (value instanceof Error) return value.name + ": " + value.message + (value.stack ? "\\n" + String(value.stack).trimEnd() : "");
    if (value instanceof Date) return isNaN(value) ? "Invalid Date" : value.toISOString();
    if (value instanceof RegExp) return String(value);
    if (value instanceof Promise) return "Promise {}";
    if (Array.isArray(value)) return block("[", limited(value.slice(0, 101).map(inner)), "]");
    if (ArrayBuffer.isView(value) && value.length !== undefined) {
      return block(value.constructor.name + "(" + value.length + ") [", limited(Array.from(value.slice(0, 101), inner)), "]");
    }
    if (value instanceof Map) return block("Map(" + value.size + ") {", limited([...value].map(([k, v]) => inner(k) + " => " + inner(v))), "}");
    if (value instanceof Set) return block("Set(" + value.size + ") {", limited([...value].map(inner)), "}");
    const kind = Object.getPrototypeOf(value)?.constructor?.name;
    const names = Object.keys(value);
    const all = limited(names).map((name) =>
      names.length > 100 && name.startsWith("... ") ? name : (/^[A-Za-z_$][\\w$]*$/.test(name) ? name : JSON.stringify(name)) + ": " + inner(value[name]));
    return block((kind && kind !== "Object" ? kind + " " : "") + "{", all, "}");
  };
  const format = (values) => {
    const [first, ...rest] = values;
    if (typeof first !== "string" || !first.includes("%")) return values.map((each) => inspect(each)).join(" ");
    const text = first.replace(/%[sdifoOjc%]/g, (mark) => {
      if (mark === "%%") return "%";
      if (rest.length === 0) return mark;
      const value = rest.shift();
      if (mark === "%c") return "";
      if (mark === "%d" || mark === "%f") return String(Number(value));
      if (mark === "%i") return String(parseInt(value, 10));
      return mark === "%j" ? JSON.stringify(value) : inspect(value, mark === "%s" ? 0 : 1);
    });
    return [text, ...rest.map((each) => inspect(each))].join(" ");
  };
  const started = new Map();
  const counts = new Map();
  let indent = "";
  const print = (stream) => (...values) => host.write(stream, format(values).split("\\n").map((line) => indent + line).join("\\n") + "\\n");
  const out = print("stdout");
  const err = print("stderr");
  const html = (text) => String(text).replace(/[&<>"]/g, (mark) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[mark]);
  globalThis.console = {
    log: out, info: out, debug: out, warn: err, error: err,
    trace: (...values) => err("Trace:", ...values),
    dir: (value) => out(inspect(value, 1)),
    assert: (holds, ...values) => { if (!holds) err("Assertion failed", ...values); },
    count: (label = "default") => { counts.set(label, (counts.get(label) ?? 0) + 1); out(label + ": " + counts.get(label)); },
    time: (label = "default") => { started.set(label, Date.now()); },
    timeEnd: (label = "default") => { out(label + ": " + (Date.now() - started.get(label)) + "ms"); started.delete(label); },
    group: (...values) => { if (values.length > 0) out(...values); indent += "  "; },
    groupEnd: () => { indent = indent.slice(2); },
    table: (rows) => {
      if (typeof rows !== "object" || rows === null) return out(rows);
      const entries = Object.entries(rows).slice(0, 1000);
      const columns = [...new Set(entries.flatMap(([, row]) => typeof row === "object" && row !== null ? Object.keys(row) : ["value"]))].slice(0, 50);
      const cell = (row, column) => typeof row === "object" && row !== null ? (column in row ? inspect(row[column]) : "") : column === "value" ? inspect(row) : "";
      host.display("text/html", "<table><thead><tr><th></th>" + columns.map((each) => "<th>" + html(each) + "</th>").join("") + "</tr></thead><tbody>" +
        entries.map(([key, row]) => "<tr><th>" + html(key) + "</th>" + columns.map((each) => "<td>" + html(cell(row, each)) + "</td>").join("") + "</tr>").join("") + "</tbody></table>");
    },
  };
  globalThis.__pending = 0;
  const timers = new Map();
  let lastTimer = 0;
  const later = (run, milliseconds, values, again) => {
    const id = ++lastTimer;
    timers.set(id, true);
    globalThis.__pending += 1;
    const step = () => host.wait(Number(milliseconds) || 0).then(() => {
      if (!timers.has(id)) return;
      if (again) { run(...values); if (timers.has(id)) step(); return; }
      clear(id);
      run(...values);
    }).catch((error) => { err("Uncaught", error); clear(id); host.exit(1); });
    step();
    return id;
  };
  const clear = (id) => { if (timers.delete(id)) globalThis.__pending -= 1; };
  globalThis.setTimeout = (run, milliseconds, ...values) => later(run, milliseconds, values, false);
  globalThis.setInterval = (run, milliseconds, ...values) => later(run, milliseconds, values, true);
  globalThis.clearTimeout = globalThis.clearInterval = clear;
  globalThis.queueMicrotask ??= (run) => { Promise.resolve().then(run); };
  globalThis.TextEncoder = class TextEncoder { encode(text = "") { return new Uint8Array(host.encode(String(text))); } };
  globalThis.TextDecoder = class TextDecoder { decode(bytes) { return host.decode(plain(bytes)); } };
  const plain = (data) => typeof data === "string" ? data
    : data instanceof ArrayBuffer ? data
    : ArrayBuffer.isView(data) ? data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)
    : String(data);
  const readFile = (path, encoding = "utf8") => {
    const wanted = typeof encoding === "object" && encoding !== null ? encoding.encoding : encoding;
    return wanted ? host.readText(String(path)) : new Uint8Array(host.readBytes(String(path)));
  };
  const writeFile = (path, data) => { host.writeFile(String(path), plain(data)); };
  globalThis.readFile = readFile;
  globalThis.writeFile = writeFile;
  globalThis.listFiles = (path = "/data/work") => JSON.parse(host.list(String(path)));
  globalThis.removeFile = (path) => { host.removeFile(String(path)); };
  globalThis.readInput = () => host.input();
  globalThis.display = (mime, data) => { host.display(String(mime), String(data)); };
  globalThis.exit = (code = 0) => { host.exit(Number(code)); for (;;) {} };
  globalThis.process = { exit: globalThis.exit, argv: ["node", "main"], env: {}, platform: "sandbox", cwd: () => "/data/work",
    stdout: { write: (text) => { host.write("stdout", String(text)); return true; } },
    stderr: { write: (text) => { host.write("stderr", String(text)); return true; } } };
  const fs = {
    readFileSync: (path, encoding) => readFile(path, encoding ?? null),
    writeFileSync: writeFile,
    appendFileSync: (path, data) => writeFile(path, (host.exists(String(path)) ? host.readText(String(path)) : "") + data),
    existsSync: (path) => host.exists(String(path)),
    readdirSync: (path) => JSON.parse(host.list(String(path))),
    unlinkSync: (path) => { host.removeFile(String(path)); },
    rmSync: (path) => { host.removeFile(String(path)); },
    mkdirSync: () => undefined,
  };
  fs.promises = Object.fromEntries(Object.entries(fs).map(([name, run]) => [name.replace("Sync", ""), async (...given) => run(...given)]));
  globalThis.__fs = fs;
  globalThis.require = (name) => {
    if (name === "fs" || name === "node:fs") return fs;
    throw new Error('Cannot find "' + name + '". Only "node:fs" and files of the run are here; import those with import.');
  };
  if (host.fetch) {
    globalThis.fetch = async (url, options = {}) => {
      globalThis.__pending += 1;
      try {
        const pairs = Object.entries(options.headers ?? {}).map(([name, value]) => [name, String(value)]);
        const answer = await host.fetch(String(url), String(options.method ?? "GET"), JSON.stringify(pairs), plain(options.body ?? ""));
        const head = JSON.parse(answer.head);
        if (head.problem) throw new TypeError(head.problem);
        const bytes = answer.body;
        const headers = new Map(head.headers);
        return { status: head.status, ok: head.status >= 200 && head.status < 300, url: String(url),
          headers: { get: (name) => headers.get(String(name).toLowerCase()) ?? null, entries: () => headers.entries() },
          arrayBuffer: async () => bytes, bytes: async () => new Uint8Array(bytes),
          text: async () => host.decode(bytes), json: async () => JSON.parse(host.decode(bytes)) };
      } finally { globalThis.__pending -= 1; }
    };
  }
  globalThis.__show = (value) => { host.write("stdout", inspect(value, typeof value === "string" ? 1 : 0) + "\\n"); };
  for (const name of ["__pending", "__fs", "__show"]) Object.defineProperty(globalThis, name, { enumerable: false });
})
`;
