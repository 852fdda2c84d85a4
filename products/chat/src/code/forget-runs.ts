import type { Database, Transaction } from "@mindmesh/kernel/db";
import { type PersonalItem, inPages } from "@mindmesh/kernel/person-data";
import { discardFile } from "@mindmesh/kernel/storage";
import { and, asc, eq, gt, isNotNull, or } from "drizzle-orm";
import { conversations } from "../schema.ts";
import { runShape } from "./run-shapes.ts";
import {
  type CodeRunRow,
  codeRunDisplays,
  codeRunOutput,
  codeRuns,
  editorFiles,
  outputFiles,
  runSettingsTable,
  workDirectories,
  workFiles,
} from "./schema.ts";

/** Discards the files that code made in a conversation, before its rows go with it. */
export async function discardFilesOfRuns(
  tx: Transaction,
  { workspaceId, id: conversationId }: { workspaceId: string; id: string },
): Promise<void> {
  const made = await tx
    .select({ fileId: outputFiles.fileId })
    .from(outputFiles)
    .where(and(eq(outputFiles.workspaceId, workspaceId), eq(outputFiles.conversationId, conversationId)));
  const kept = await tx
    .select({ fileId: workFiles.fileId })
    .from(workFiles)
    .where(
      and(
        eq(workFiles.workspaceId, workspaceId),
        eq(workFiles.conversationId, conversationId),
        isNotNull(workFiles.fileId),
      ),
    );
  const shown = await tx
    .select({ fileId: codeRunDisplays.fileId })
    .from(codeRunDisplays)
    .innerJoin(
      codeRuns,
      and(eq(codeRuns.workspaceId, codeRunDisplays.workspaceId), eq(codeRuns.id, codeRunDisplays.runId)),
    )
    .where(
      and(
        eq(codeRuns.workspaceId, workspaceId),
        eq(codeRuns.conversationId, conversationId),
        isNotNull(codeRunDisplays.fileId),
      ),
    );
  for (const id of new Set([...made, ...kept, ...shown].flatMap(({ fileId }) => fileId ?? []))) {
    await discardFile(tx, { workspaceId, id });
  }
}

/** What a person has run, with its output; the files that it made stand among the person's files. */
export async function* exportRuns(db: Database, personId: string): AsyncGenerator<PersonalItem> {
  const rows = inPages<CodeRunRow>(
    (after, pageSize) =>
      db.system((tx) =>
        tx
          .select()
          .from(codeRuns)
          .where(
            and(
              eq(codeRuns.personId, personId),
              after === null
                ? undefined
                : or(
                    gt(codeRuns.workspaceId, after.workspaceId),
                    and(eq(codeRuns.workspaceId, after.workspaceId), gt(codeRuns.id, after.id)),
                  ),
            ),
          )
          .orderBy(asc(codeRuns.workspaceId), asc(codeRuns.id))
          .limit(pageSize),
      ),
    50,
  );
  for await (const row of rows) {
    const output = await db.system((tx) =>
      tx
        .select({ stream: codeRunOutput.stream, text: codeRunOutput.text })
        .from(codeRunOutput)
        .where(and(eq(codeRunOutput.workspaceId, row.workspaceId), eq(codeRunOutput.runId, row.id)))
        .orderBy(asc(codeRunOutput.seq)),
    );
    const { workspaceId, source, files } = row;
    yield { kind: "codeRuns", value: { ...runShape(row), workspaceId, source, files, output } };
  }
  const outputs = await db.system((tx) => tx.select().from(outputFiles).where(eq(outputFiles.personId, personId)));
  for (const value of outputs) yield { kind: "codeOutputs", value };
  const own = await db.system((tx) =>
    tx
      .select({ file: editorFiles })
      .from(editorFiles)
      .innerJoin(
        conversations,
        and(eq(conversations.workspaceId, editorFiles.workspaceId), eq(conversations.id, editorFiles.conversationId)),
      )
      .where(eq(conversations.ownerId, personId)),
  );
  for (const { file } of own) yield { kind: "editorFiles", value: file };
}

/** Removes what a person ran in conversations of others, and the files of the person's own ones. */
export async function forgetRuns(tx: Transaction, personId: string): Promise<void> {
  const own = await tx
    .select({ workspaceId: conversations.workspaceId, id: conversations.id })
    .from(conversations)
    .where(eq(conversations.ownerId, personId));
  for (const conversation of own) await discardFilesOfRuns(tx, conversation);
  await tx.delete(codeRuns).where(eq(codeRuns.personId, personId));
  await tx.delete(outputFiles).where(eq(outputFiles.personId, personId));
  await tx.delete(workDirectories).where(eq(workDirectories.personId, personId));
  await tx.update(editorFiles).set({ updatedBy: null }).where(eq(editorFiles.updatedBy, personId));
  await tx.update(runSettingsTable).set({ updatedBy: null }).where(eq(runSettingsTable.updatedBy, personId));
}
