import mammoth from "mammoth";
import type { KeptText } from "./kept-text.ts";
import { Unreadable } from "./unreadable.ts";
import { assertHarmlessZip } from "./zip-limits.ts";

/** What mammoth reads from a document, as far as text needs it. */
type DocumentNode = {
  type: string;
  value?: string;
  href?: string;
  styleName?: string | null;
  numbering?: { isOrdered: boolean; level: string } | null;
  noteType?: string;
  noteId?: string;
  children?: DocumentNode[];
  notes?: { _notes: Record<string, DocumentNode & { body: DocumentNode[] }> };
};

/**
 * Reads a Word document as Markdown-like text: headings, lists, tables, links and footnotes stay recognisable. Takes
 * mammoth's document tree before it becomes HTML, so that no HTML has to be read back.
 */
export async function readDocx(content: Buffer, text: KeptText): Promise<void> {
  await assertHarmlessZip(content);
  let document: DocumentNode = { type: "document" };
  const empty = (read: DocumentNode): DocumentNode => {
    document = read;
    return { ...read, children: [] };
  };
  try {
    await mammoth.convertToHtml({ buffer: content }, { transformDocument: empty, externalFileAccess: false });
  } catch (cause) {
    throw new Unreadable("The Word document is damaged and cannot be read.", { cause });
  }
  for (const block of document.children ?? []) text.add(blockText(block));
  for (const [id, note] of Object.entries(document.notes?._notes ?? {}))
    text.add(`\n[^${id}]: ${note.body.map(blockText).join("").trim()}\n`);
}

function blockText(node: DocumentNode): string {
  if (node.type === "table") return `\n${(node.children ?? []).map(rowText).join("")}\n`;
  const line = inlineText(node);
  if (line.trim() === "") return "";
  if (node.numbering) {
    const indent = "  ".repeat(Number(node.numbering.level) || 0);
    return `${indent}${node.numbering.isOrdered ? "1." : "-"} ${line}\n`;
  }
  const heading = /^heading ([1-6])$/i.exec(node.styleName ?? "")?.[1];
  return heading ? `\n${"#".repeat(Number(heading))} ${line}\n\n` : `${line}\n\n`;
}

function rowText(row: DocumentNode): string {
  const cells = (row.children ?? []).map((cell) =>
    (cell.children ?? []).map(blockText).join(" ").replaceAll(/\s+/g, " ").trim().replaceAll("|", "\\|"),
  );
  return `| ${cells.join(" | ")} |\n`;
}

function inlineText(node: DocumentNode): string {
  switch (node.type) {
    case "text":
      return node.value ?? "";
    case "tab":
      return "\t";
    case "break":
      return "\n";
    case "noteReference":
      return `[^${node.noteType}-${node.noteId}]`;
    case "hyperlink": {
      const words = (node.children ?? []).map(inlineText).join("");
      return node.href && node.href !== words ? `[${words}](${node.href})` : words;
    }
    default:
      return (node.children ?? []).map(inlineText).join("");
  }
}
