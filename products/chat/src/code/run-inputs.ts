import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { type BlobStore, blobKey, findFiles } from "@mindmesh/kernel/storage";
import { and, desc, eq, ne } from "drizzle-orm";
import { messageFiles, messages } from "../schema.ts";
import type { RunPlace } from "./run-place.ts";
import { outputFiles } from "./schema.ts";

/** The newest files come first; more than these are not put there. */
const most = { files: 100, bytes: 1024 ** 3 };

export interface RunInput {
  name: string;
  hostPath: string;
}

/**
 * What code finds under `/data/files`: the files attached to the conversation, and the newest version of what other
 * people's code made in it. Each is fetched to this server's disk once.
 * @param root the folder for them
 */
export async function runInputs(
  { db, blobs }: { db: Database; blobs: BlobStore },
  root: string,
  place: RunPlace,
): Promise<RunInput[]> {
  const { workspaceId } = place;
  const files = await db.withWorkspace({ workspaceId }, (tx) => filesFor(tx, place));
  const folder = join(root, "inputs", workspaceId);
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const inputs: RunInput[] = [];
  for (const { id, name } of files) {
    const hostPath = join(folder, id);
    const there = await stat(hostPath).catch(() => null);
    if (there) await utimes(hostPath, new Date(), new Date());
    else {
      const incoming = `${hostPath}.${randomUUID()}`;
      try {
        await pipeline(await blobs.get(blobKey({ workspaceId, id })), createWriteStream(incoming, { mode: 0o644 }));
        await rename(incoming, hostPath);
      } catch (error) {
        await rm(incoming, { force: true });
        throw error;
      }
    }
    inputs.push({ name, hostPath });
  }
  return inputs;
}

/** Removes the copies that no run has used for a while. */
export async function removeIdleInputs(root: string, idleMs: number): Promise<void> {
  const top = join(root, "inputs");
  for (const workspaceId of await readdir(top).catch(() => [])) {
    for (const name of await readdir(join(top, workspaceId)).catch(() => [])) {
      const path = join(top, workspaceId, name);
      const found = await stat(path).catch(() => null);
      if (found && Date.now() - found.mtimeMs > idleMs) await rm(path, { force: true });
    }
  }
}

async function filesFor(tx: Transaction, place: RunPlace): Promise<{ id: string; name: string }[]> {
  const { workspaceId, conversationId, personId } = place;
  const attached = await tx
    .select({ id: messageFiles.fileId })
    .from(messageFiles)
    .innerJoin(
      messages,
      and(eq(messages.workspaceId, messageFiles.workspaceId), eq(messages.id, messageFiles.messageId)),
    )
    .where(and(eq(messageFiles.workspaceId, workspaceId), eq(messages.conversationId, conversationId)))
    .orderBy(desc(messages.createdAt), messageFiles.position)
    .limit(most.files);
  const made = await tx
    .selectDistinctOn([outputFiles.path], { id: outputFiles.fileId })
    .from(outputFiles)
    .where(
      and(
        eq(outputFiles.workspaceId, workspaceId),
        eq(outputFiles.conversationId, conversationId),
        ne(outputFiles.personId, personId),
      ),
    )
    .orderBy(outputFiles.path, desc(outputFiles.version))
    .limit(most.files);
  const ids = [...new Set([...attached, ...made].map(({ id }) => id))].slice(0, most.files);
  const rows = await findFiles(tx, { workspaceId, ids });
  const taken = new Set<string>();
  let room = most.bytes;
  const files: { id: string; name: string }[] = [];
  for (const id of ids) {
    const row = rows.get(id);
    if (!row || row.bytes > room) continue;
    room -= row.bytes;
    files.push({ id, name: freeName(row.name, taken) });
  }
  return files;
}

/** `data.csv`, `data (2).csv`: the newest has the plain name. */
function freeName(name: string, taken: Set<string>): string {
  const dot = name.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${stem} (${number})${ending}`;
  taken.add(free);
  return free;
}
