// Shows figures and tables while a program runs; the protocol is described in python/mindmesh.py.
import { Buffer } from "node:buffer";
import { writeSync } from "node:fs";

const descriptor = Number(process.env.MINDMESH_DISPLAY_FD ?? -1);

/** Shows SVG or HTML given as text, PNG given as bytes, else an array of objects as a table. */
export function display(value, mime) {
  if (value instanceof Uint8Array) send(mime ?? "image/png", Buffer.from(value).toString("base64"));
  else if (typeof value === "string") send(mime ?? (/^\s*<svg/i.test(value) ? "image/svg+xml" : "text/html"), value);
  else send("text/html", table(Array.isArray(value) ? value : [value]));
}

function table(rows) {
  const columns = [...new Set(rows.flatMap((row) => (Object(row) === row ? Object.keys(row) : ["value"])))];
  const cell = (row, column) => (Object(row) === row ? row[column] : column === "value" ? row : undefined) ?? "";
  const line = (tag, cells) => `<tr>${cells.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join("")}</tr>`;
  const body = rows.map((row) =>
    line(
      "td",
      columns.map((column) => cell(row, column)),
    ),
  );
  return `<table><thead>${line("th", columns)}</thead><tbody>${body.join("")}</tbody></table>`;
}

function escaped(value) {
  return String(value).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function send(mime, data) {
  if (descriptor < 0) return;
  let rest = Buffer.from(`${JSON.stringify({ mime, data })}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}
