import { id, prose } from "@mindmesh/contracts/fields";
import { storedFile } from "@mindmesh/contracts/files";
import { z } from "zod";
import { tenantOf } from "../http/index.ts";
import { type Tool, defineTool } from "../tools/index.ts";
import { deleteFile } from "./delete-file.ts";
import { readFileText } from "./file-text.ts";
import { listFiles } from "./list-files.ts";
import { type FileGrant, readableFile } from "./readable-file.ts";
import type { Database } from "../db/index.ts";

const brief = storedFile.pick({ id: true, name: true, mediaType: true, bytes: true, createdAt: true });
const reads = { right: "workspace.read", scope: "read", risk: "read", idempotent: true, timeLimitMs: 10_000 } as const;

/** What can be done with files, for models, programs and agents. */
export function fileTools({ db, grants }: { db: Database; grants: readonly FileGrant[] }): Tool[] {
  return [
    defineTool({
      ...reads,
      name: "files.list",
      title: "List files",
      purpose: "Lists the person's own files, newest first; with a name, those whose name holds it.",
      input: z.object({
        name: prose(200).min(1).optional(),
        limit: z.int().min(1).max(200).default(50),
      }),
      output: z.object({ files: z.array(brief) }),
      run: async (input, { caller }) => ({ files: await listFiles(db, caller, input) }),
    }),
    defineTool({
      ...reads,
      name: "files.readText",
      title: "Read a file",
      purpose: "Gives the text of a file (PDF, DOCX, XLSX, CSV, plain text), from a character on.",
      input: z.object({
        fileId: id,
        from: z.int().min(0).default(0).describe("Character to begin at."),
        characters: z.int().min(1).max(50_000).default(20_000),
      }),
      output: z.object({
        file: brief,
        text: z.string(),
        /** Characters of the whole text. */
        totalCharacters: z.int(),
        message: z.string().nullable().describe("Why there is no text, or what was guessed."),
      }),
      run: ({ fileId, from, characters }, { caller }) =>
        db.withWorkspace(tenantOf(caller), async (tx) => {
          const file = await readableFile(tx, caller, fileId, grants);
          const text = await readFileText(tx, file);
          return {
            file,
            text: text.slice(from, from + characters).toWellFormed(),
            totalCharacters: text.length,
            message: file.textMessage,
          };
        }),
    }),
    defineTool({
      name: "files.delete",
      title: "Delete a file",
      purpose: "Deletes a file for everybody, for good.",
      right: "content.write",
      scope: "write",
      risk: "critical",
      idempotent: true,
      timeLimitMs: 10_000,
      input: z.object({ fileId: id }),
      output: z.object({ deleted: z.literal(true) }),
      run: async ({ fileId }, { caller }) => {
        await deleteFile(db, caller, fileId);
        return { deleted: true as const };
      },
    }),
  ];
}
