// Control characters, and marks that turn the reading direction around ("exe.gpj" shown as "jpg.exe").
const unsafe = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffd]/gu;
const longestNameBytes = 255;

/**
 * A name as a person may see and save it: the last part of a path, without control characters, direction marks and
 * broken Unicode, at most 255 bytes of UTF-8 with its extension kept. Never empty, never a path.
 */
export function cleanFileName(given: string): string {
  const last = given.toWellFormed().normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const name = last
    .replaceAll(unsafe, "")
    .replaceAll(/\s+/gu, " ")
    .trim()
    .replace(/[. ]+$/, "");
  return name === "" ? "file" : shorten(name);
}

/** The last extension in lower case without the dot; "" when there is none. */
export function extensionOf(name: string): string {
  return /[^.]\.([a-z0-9]{1,10})$/i.exec(name)?.[1]?.toLowerCase() ?? "";
}

function shorten(name: string): string {
  if (Buffer.byteLength(name) <= longestNameBytes) return name;
  const extension = extensionOf(name);
  const tail = extension === "" ? "" : name.slice(-extension.length - 1);
  let room = longestNameBytes - Buffer.byteLength(tail);
  let head = "";
  // Whole graphemes: cutting a family emoji in the middle would show its members.
  for (const { segment } of new Intl.Segmenter().segment(name.slice(0, name.length - tail.length))) {
    room -= Buffer.byteLength(segment);
    if (room < 0) break;
    head += segment;
  }
  return head.trimEnd() + tail || "file";
}

/** The Content-Disposition header of RFC 6266: an ASCII name for old clients, the true one in UTF-8 (RFC 8187). */
export function contentDisposition(kind: "inline" | "attachment", name: string): string {
  const ascii = name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^\x20-\x7e]|["\\%]/gu, "_");
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
