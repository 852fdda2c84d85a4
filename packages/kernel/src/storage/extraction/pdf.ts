import { getDocumentProxy } from "unpdf";
import type { KeptText } from "./kept-text.ts";
import { Unreadable } from "./unreadable.ts";

/** Reads a PDF page by page, each with its number in front, so that an answer can name the page. */
export async function readPdf(content: Buffer, text: KeptText): Promise<{ pages: number; notes: string[] }> {
  const pdf = await openPdf(content);
  let found = false;
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const words = items
      .map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : ""))
      .join("")
      .trim();
    page.cleanup();
    if (words === "") continue;
    text.add(`${found ? "\n\n" : ""}[Page ${number}]\n${words}`);
    found = true;
  }
  const pages = pdf.numPages;
  await pdf.destroy();
  const some = pages === 1 ? "its one page" : `its ${pages.toLocaleString("en")} pages`;
  return { pages, notes: found ? [] : [`No text was found on ${some}; it may be a scan.`] };
}

async function openPdf(content: Buffer) {
  try {
    return await getDocumentProxy(new Uint8Array(content.buffer, content.byteOffset, content.length));
  } catch (error) {
    const { name } = error as Error;
    if (name === "PasswordException")
      throw new Unreadable("The PDF is protected by a password. Save a copy without it and upload that.", {
        cause: error,
      });
    throw new Unreadable("The PDF is damaged and cannot be read.", { cause: error });
  }
}
