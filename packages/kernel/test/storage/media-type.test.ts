import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { falseClaimOf, servedMediaType, sniffMediaType } from "../../src/storage/media-type.ts";

const png = await sharp({ create: { width: 2, height: 2, channels: 3, background: "red" } })
  .png()
  .toBuffer();
const utf16 = Buffer.from("\ufeffnaïve", "utf16le");

describe("content decides", () => {
  test.each<[string, Buffer | string, string, string | null]>([
    ["photo.png", png, "image/png", null],
    ["photo.jpg", png, "image/png", "image/jpeg"],
    ["photo", png, "image/png", null],
    ["photo.png", "<!DOCTYPE html><script>alert(1)</script>", "text/html", "image/png"],
    ["photo.png", "  \n<!-- hello --><SCRIPT>alert(1)</SCRIPT>", "text/html", "image/png"],
    ["page.txt", "\ufeff<html><body>hi", "text/html", "text/plain"],
    ["notes.md", "<div align=center>A README</div>\n# Title", "text/markdown", null],
    [
      "page.xhtml",
      '<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml">',
      "text/html",
      null,
    ],
    ["drawing.svg", '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "image/svg+xml", null],
    ["drawing.png", '<?xml version="1.0"?>\n<!-- x --><svg onload="x">', "image/svg+xml", "image/png"],
    ["drawing.xml", '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x"><svg>', "image/svg+xml", "application/xml"],
    ["data.xml", '<?xml version="1.0"?><orders/>', "application/xml", null],
    ["people.csv", "name,age\nAda,36\n", "text/csv", null],
    ["people.pdf", "name,age\nAda,36\n", "text/plain", "application/pdf"],
    ["notes.md", "# Title\n\nText", "text/markdown", null],
    ["main.rs", "fn main() {}", "text/plain", null],
    ["config.json", '{"a":1}', "application/json", null],
    ["latin1.txt", Buffer.from("na\xefve caf\xe9", "latin1"), "text/plain", null],
    ["utf16.txt", utf16, "text/plain", null],
    ["paper.pdf", "%PDF-1.7\n", "application/pdf", null],
    [
      "setup.pdf",
      Buffer.concat([Buffer.from("MZ"), Buffer.alloc(200, 7)]),
      "application/x-msdownload",
      "application/pdf",
    ],
    ["nul.txt", "short text\0 with a NUL", "text/plain", null],
    ["noise.bin", Buffer.from([0, 1, 2, 3, 4, 5, 6, 7]), "application/octet-stream", null],
    ["noise.txt", Buffer.from([0, 1, 2, 3, 4, 5, 6, 7]), "application/octet-stream", "text/plain"],
    ["empty.pdf", "", "text/plain", "application/pdf"],
    ["broken.png", Buffer.concat([png.subarray(0, 8), Buffer.alloc(30)]), "application/octet-stream", "image/png"],
    ["fragment.png", "<p onclick=alert(1)>click</p>", "text/html", "image/png"],
    ["song.mp3", Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.alloc(600)]), "audio/mpeg", null],
  ])("%s", async (name, content, mediaType, nameClaims) => {
    expect(await sniffMediaType(Buffer.from(content as string), name)).toBe(mediaType);
    expect(falseClaimOf(name, mediaType)).toBe(nameClaims);
  });
});

test.each([
  ["text/html", "application/octet-stream"],
  ["image/svg+xml", "application/octet-stream"],
  ["application/xml", "application/octet-stream"],
  ["application/xhtml+xml", "application/octet-stream"],
  ["text/javascript", "application/octet-stream"],
  ["text/csv", "text/csv; charset=utf-8"],
  ["image/png", "image/png"],
])("%s is served as %s", (mediaType, served) => {
  expect(servedMediaType(mediaType)).toBe(served);
});
