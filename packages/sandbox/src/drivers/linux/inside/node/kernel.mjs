// A JavaScript that keeps its variables: what python/mindmesh_kernel.py is to Python, with the same messages.
/* oxlint-disable no-console */
// The inspector evaluates, as in a browser's console: await at the top level, and const may be said again.
import { createReadStream, writeSync } from "node:fs";
import { Session } from "node:inspector";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";

const fromWork = createRequire("/data/work/kernel.js");
globalThis.require = fromWork;
globalThis.__import = (name) => import(/^(\.|\/)/.test(name) ? pathToFileURL(fromWork.resolve(name)).href : name);
const session = new Session();
session.connect();
const post = (method, parameters) =>
  new Promise((resolve, reject) => {
    session.post(method, parameters, (error, result) => (error ? reject(error) : resolve(result)));
  });

process.on("uncaughtException", (error) => console.error(error));
process.on("unhandledRejection", (error) => console.error(error));

for await (const line of createInterface({ input: createReadStream("", { fd: 4 }) })) {
  const { cell, source, name } = JSON.parse(line);
  const { result, exceptionDetails } = await post("Runtime.evaluate", {
    expression: `${withoutImports(source)}\n//# sourceURL=${name}`,
    replMode: true,
    awaitPromise: true,
    userGesture: true,
  });
  if (exceptionDetails) {
    console.error(described(exceptionDetails, name));
  } else if (result.type !== "undefined") {
    await print(result);
  }
  for (const descriptor of [1, 2]) write(descriptor, `\0${cell}\0`);
  write(3, `${JSON.stringify({ done: cell, code: exceptionDetails ? 1 : 0 })}\n`);
}

/** The console of an inspector knows no modules: each import, in its own line, becomes a call that loads one. */
function withoutImports(source) {
  const names = (list) => list.replaceAll(/\s+as\s+/g, ": ");
  return source
    .replaceAll(/\bimport\s*\((?=\s*["'`])/g, "__import(")
    .replaceAll(/^[ \t]*import\s+(["'][^"']+["'])\s*;?/gm, "await __import($1);")
    .replaceAll(
      /^[ \t]*import\s+(?:([\w$]+)\s*,?\s*)?(?:\*\s*as\s+([\w$]+)|(\{[^}]*\}))?\s*from\s*(["'][^"']+["'])\s*;?/gm,
      (_all, standard, everything, some, name) => {
        const parts = [];
        if (standard) parts.push(`const ${standard} = (await __import(${name})).default;`);
        if (everything) parts.push(`const ${everything} = await __import(${name});`);
        if (some) parts.push(`const ${names(some)} = await __import(${name});`);
        return parts.join(" ");
      },
    );
}

async function print(result) {
  if (result.objectId === undefined) {
    console.log(result.unserializableValue ?? inspect(result.value));
    return;
  }
  globalThis.__print = (value) => console.log(inspect(value));
  await post("Runtime.callFunctionOn", {
    objectId: result.objectId,
    functionDeclaration: "function () { __print(this); }",
  });
  delete globalThis.__print;
}

function described({ exception, text, lineNumber, columnNumber }, name) {
  const place = `${name}:${lineNumber + 1}:${columnNumber + 1}`;
  const stack = exception?.description ?? (exception && "value" in exception ? `Uncaught ${exception.value}` : text);
  const own = stack
    .split("\n")
    .filter((line) => !/node:inspector|node:internal|\/opt\/mindmesh|at new Promise/.test(line))
    .join("\n");
  return own.includes(name) ? own : `${place}\n${own}`;
}

function write(descriptor, text) {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if (error.code !== "EAGAIN") return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}
