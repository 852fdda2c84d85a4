import { fileTypeFromBuffer } from "file-type";
import { extensionOf } from "./file-name.ts";

/** So much of the beginning of a file is looked at. Office files name their kind within the first few archive entries. */
export const sniffBytes = 256 * 1024;

/** What a name's extension promises; also the finer type of plain text, which content cannot tell apart. */
const typeOfExtension: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  bmp: "image/bmp",
  tif: "image/tiff",
  tiff: "image/tiff",
  heic: "image/heic",
  ico: "image/x-icon",
  svg: "image/svg+xml",
  pdf: "application/pdf",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  odt: "application/vnd.oasis.opendocument.text",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
  epub: "application/epub+zip",
  doc: "application/x-cfb",
  xls: "application/x-cfb",
  ppt: "application/x-cfb",
  zip: "application/zip",
  gz: "application/gzip",
  exe: "application/x-msdownload",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  html: "text/html",
  htm: "text/html",
  xml: "application/xml",
  txt: "text/plain",
  log: "text/plain",
  md: "text/markdown",
  markdown: "text/markdown",
  csv: "text/csv",
  tsv: "text/tab-separated-values",
  json: "application/json",
  jsonl: "application/jsonl",
  yaml: "application/yaml",
  yml: "application/yaml",
  css: "text/css",
  js: "text/javascript",
  mjs: "text/javascript",
};

/** Types that content alone cannot tell from plain text: here the name may say more. */
const kindsOfText = new Set(
  Object.values(typeOfExtension).filter(
    (type) =>
      (type.startsWith("text/") && type !== "text/html") ||
      ["application/json", "application/jsonl", "application/yaml"].includes(type),
  ),
);

/**
 * The media type of a file by its first bytes; what the name or the browser says counts only among kinds of plain text.
 * @param head up to the first `sniffBytes` bytes
 */
export function sniffMediaType(head: Uint8Array, name: string): Promise<string> {
  return typeOfContent(head, typeOfExtension[extensionOf(name)]);
}

/** The media type that a name promises when the content is something else; null when they agree or it promises nothing. */
export function falseClaimOf(name: string, mediaType: string): string | null {
  const promised = typeOfExtension[extensionOf(name)];
  return promised === undefined || promised === mediaType ? null : promised;
}

async function typeOfContent(head: Uint8Array, promised: string | undefined): Promise<string> {
  // First, because the byte order mark FF FE is also how a frame of MPEG audio may begin.
  const utf16 = utf16Beginning(head);
  // A damaged header of a known format makes file-type throw its end-of-stream error: then it is not that format.
  const known = utf16 === null ? await fileTypeFromBuffer(head).catch(() => undefined) : undefined;
  if (known && known.mime !== "application/xml") return known.mime;
  const text = utf16 ?? textBeginning(head);
  if (text === null) return "application/octet-stream";
  const textName = promised !== undefined && kindsOfText.has(promised);
  return typeOfMarkup(text, textName) ?? (textName ? promised : "text/plain");
}

function utf16Beginning(head: Uint8Array): string | null {
  const [first, second] = head;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : null;
  if (encoding === null) return null;
  const text = new TextDecoder(encoding).decode(head.subarray(0, 8_000));
  return /[\p{Cn}\p{Co}\0\ufffd]/u.test(text.slice(0, -1)) ? null : text;
}

/** The first 4,000 characters when the bytes can be text, else null: control characters other than those of text speak against it. */
function textBeginning(head: Uint8Array): string | null {
  const control = head.reduce((count, byte) => count + (isBinaryControl(byte) ? 1 : 0), 0);
  // A stray control character happens in logs and terminal recordings; text with more than 1 in 100 is not text.
  if (control > Math.max(3, head.length / 100) || control * 3 > head.length) return null;
  return new TextDecoder("utf-8").decode(head.subarray(0, 4_000));
}

function isBinaryControl(byte: number): boolean {
  return byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0c && byte !== 0x0d && byte !== 0x1b;
}

// The tags by which browsers guess HTML (WHATWG MIME Sniffing, section 7.1), and what may stand before them.
const beforeMarkup = /^(?:\s|<!--[\s\S]*?(?:-->|$)|<\?[\s\S]*?(?:\?>|$))*/;
const htmlDocument = /^<(?:!doctype\s+html|html|head|script|iframe)(?=[\s>/])/i;
const htmlFragment =
  /^<(?:h1|div|font|table|a|style|title|b|body|br|p|img|form|link|meta|object|embed|base)(?=[\s>/])/i;
const svgBeginning =
  /^(?:<!doctype\s+svg[^>[]*(?:\[[^\]]*\])?\s*>\s*(?:<!--[\s\S]*?-->\s*)*)?<(?:[a-z]+:)?svg(?=[\s>/])/i;

/** @param textName the name promises plain text, such as Markdown, which may well begin with a tag */
function typeOfMarkup(text: string, textName: boolean): string | null {
  const start = text.replace(/^\ufeff/, "");
  const begins = start.replace(beforeMarkup, "");
  if (svgBeginning.test(begins)) return "image/svg+xml";
  if (htmlDocument.test(begins) || (!textName && htmlFragment.test(begins))) return "text/html";
  return /^\s*<\?xml\s/.test(start) ? "application/xml" : null;
}

/** Raster images that browsers show without running anything; only these are ever shown from our origin. */
export function isSafeImage(mediaType: string): boolean {
  return ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"].includes(mediaType);
}

/** The Content-Type to serve a file with: whatever a browser could run from our origin goes as plain bytes. */
export function servedMediaType(mediaType: string): string {
  if (/^(?:text\/html|text\/javascript|text\/css|image\/svg\+xml|.*[/+]xml)$/.test(mediaType))
    return "application/octet-stream";
  return mediaType.startsWith("text/") ? `${mediaType}; charset=utf-8` : mediaType;
}
