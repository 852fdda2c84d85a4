import { expect, test } from "vitest";
import { cleanFileName, contentDisposition, extensionOf } from "../../src/storage/file-name.ts";

test.each([
  ["report.pdf", "report.pdf"],
  ["../../etc/passwd", "passwd"],
  ["C:\\Users\\me\\plan.docx", "plan.docx"],
  ["a\u0000b\r\nc.txt", "abc.txt"],
  ["invoice\u202efdp.exe", "invoicefdp.exe"],
  ["  spaced   out .txt. . ", "spaced out .txt"],
  [".env", ".env"],
  ["", "file"],
  ["...", "file"],
  ["\ud800lone.txt", "lone.txt"],
  ["Zu\u0308rich.csv", "Zürich.csv"],
  ["Résumé – 简历.pdf", "Résumé – 简历.pdf"],
])("%j is kept as %j", (given, expected) => {
  expect(cleanFileName(given)).toBe(expected);
});

test("a name of 100,000 emoji is cut to 255 bytes between whole emoji, and keeps its extension", () => {
  const name = cleanFileName(`${"👨‍👩‍👧‍👦".repeat(100_000)}.pdf`);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
  expect(name).toMatch(/^(?:👨‍👩‍👧‍👦)+\.pdf$/u);
});

test.each([
  ["photo.JPG", "jpg"],
  ["archive.tar.gz", "gz"],
  [".gitignore", ""],
  ["README", ""],
  ["strange.p$f", ""],
])("the extension of %j is %j", (name, extension) => {
  expect(extensionOf(name)).toBe(extension);
});

test.each([
  ["plain.txt", `attachment; filename="plain.txt"; filename*=UTF-8''plain.txt`],
  ['say "hi"; x=y.txt', `attachment; filename="say _hi_; x=y.txt"; filename*=UTF-8''say%20%22hi%22%3B%20x%3Dy.txt`],
  ["Résumé (1).pdf", `attachment; filename="Resume (1).pdf"; filename*=UTF-8''R%C3%A9sum%C3%A9%20%281%29.pdf`],
  ["简历.pdf", `attachment; filename="__.pdf"; filename*=UTF-8''%E7%AE%80%E5%8E%86.pdf`],
])("%j is offered for saving under its own name", (name, header) => {
  expect(contentDisposition("attachment", name)).toBe(header);
});
