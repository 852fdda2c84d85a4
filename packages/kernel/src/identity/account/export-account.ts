import type { DataExport } from "@mindmesh/contracts/account";
import { and, desc, eq, gt, inArray, lt, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { type Actor, audit } from "../../audit/index.ts";
import type { Database } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { type Job, type JobRun, type JobSpec, type Jobs, defineJob } from "../../jobs/index.ts";
import type { BlobStore } from "../../storage/index.ts";
import { accountExports } from "../schema.ts";
import { exportIdentity } from "./identity-data.ts";
import type { PersonData, PersonalItem } from "../../person-data/index.ts";

/** The file is there to be fetched, not to be kept: for a day. */
const keptMilliseconds = 24 * 3_600_000;
const chunkCharacters = 256 * 1024;

const exportJob = {
  name: "identity.export",
  payload: z.object({ exportId: z.guid(), personId: z.guid() }),
  queue: "low",
  maxAttempts: 3,
  timeoutSeconds: 3600,
} satisfies JobSpec;

/** Exports are kept like files, under the person's id in place of a workspace's. */
const keyOf = (row: { id: string; personId: string }) => `${row.personId}/${row.id}`;

/** Begins an export in the background. One that waits or runs already is given back instead of a second one. */
export async function startExport(
  db: Database,
  jobs: Pick<Jobs, "enqueue">,
  personId: string,
  actor: Actor,
): Promise<DataExport> {
  return db.system(async (tx) => {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtext(${`export:${personId}`}))`);
    const [running] = await tx
      .select()
      .from(accountExports)
      .where(
        and(
          eq(accountExports.personId, personId),
          inArray(accountExports.state, ["waiting", "running"]),
          gt(accountExports.expiresAt, sql`now()`),
        ),
      );
    if (running) return shapeOf(running);
    const [row] = await tx
      .insert(accountExports)
      .values({
        id: uuidv7(),
        personId,
        state: "waiting",
        expiresAt: new Date(Date.now() + keptMilliseconds).toISOString(),
      })
      .returning();
    if (!row) throw new AppError("internal");
    await jobs.enqueue(tx, exportJob, { exportId: row.id, personId }, { workspaceId: null, userId: personId });
    await audit(tx, actor, {
      workspaceId: null,
      action: "person.export_started",
      target: { kind: "person", id: personId },
    });
    return shapeOf(row);
  });
}

/** The person's newest export that is still kept. */
export async function readExport(db: Database, personId: string): Promise<DataExport | null> {
  const [row] = await db.system((tx) =>
    tx
      .select()
      .from(accountExports)
      .where(and(eq(accountExports.personId, personId), gt(accountExports.expiresAt, sql`now()`)))
      .orderBy(desc(accountExports.id))
      .limit(1),
  );
  return row ? shapeOf(row) : null;
}

/** The content of a finished export as a stream. @throws AppError not_found */
export async function openExport(db: Database, blobs: BlobStore, personId: string, exportId: string) {
  const [row] = await db.system((tx) =>
    tx
      .select()
      .from(accountExports)
      .where(
        and(
          eq(accountExports.id, exportId),
          eq(accountExports.personId, personId),
          eq(accountExports.state, "ready"),
          gt(accountExports.expiresAt, sql`now()`),
        ),
      ),
  );
  if (!row) throw new AppError("not_found");
  return { content: await blobs.get(keyOf(row)), sizeBytes: row.sizeBytes };
}

export interface ExportDependencies {
  db: Database;
  blobs: BlobStore;
  parts: PersonData[];
}

/** The job that writes exports. */
export function exportJobs(dependencies: ExportDependencies): Job[] {
  return [defineJob({ ...exportJob, handler: (run) => writeExport(dependencies, run) })];
}

async function writeExport(
  { db, blobs, parts }: ExportDependencies,
  { payload, signal, progress, attempt }: JobRun<z.output<typeof exportJob.payload>>,
): Promise<void> {
  const { exportId, personId } = payload;
  const update = (values: Partial<typeof accountExports.$inferInsert>) =>
    db.system((tx) => tx.update(accountExports).set(values).where(eq(accountExports.id, exportId)).returning());
  // Gone with the account in the meantime.
  if ((await update({ state: "running", progress: 0, error: null })).length === 0) return;
  const sections: { name: string; items: () => AsyncIterable<PersonalItem> }[] = [
    { name: "identity", items: () => exportIdentity(db, personId) },
    ...parts.map((part) => ({ name: part.name, items: () => part.exportPerson(db, personId) })),
  ];
  try {
    const content = inChunks(
      asJson(personId, sections, async (share) => {
        progress(share);
        await update({ progress: share });
      }),
    );
    const sizeBytes = await blobs.put(keyOf({ id: exportId, personId }), content, signal);
    await update({ state: "ready", progress: 1, sizeBytes });
  } catch (error) {
    const last = attempt >= exportJob.maxAttempts;
    await update(
      last ? { state: "failed", error: "The export could not be made. Try again later." } : { state: "waiting" },
    );
    throw error;
  }
}

/** `{"format": …, "identity": {"account": [ … ], … }, "chat": { … }}`, written while it is read. */
async function* asJson(
  personId: string,
  sections: { name: string; items: () => AsyncIterable<PersonalItem> }[],
  onProgress: (share: number) => Promise<void>,
): AsyncGenerator<string> {
  const head = { format: "mindmesh-account-export", version: 1, personId, exportedAt: new Date().toISOString() };
  yield JSON.stringify(head).slice(0, -1);
  for (const [index, section] of sections.entries()) {
    yield `,\n${JSON.stringify(section.name)}:{`;
    let kind: string | undefined;
    const seen = new Set<string>();
    for await (const item of section.items()) {
      if (item.kind === kind) {
        yield ",\n";
      } else {
        // A second list of the same name would hide the first one from whoever reads the file.
        if (seen.has(item.kind)) throw new Error(`${section.name} exports ${item.kind} in two places`);
        seen.add(item.kind);
        yield `${kind === undefined ? "" : "],"}\n${JSON.stringify(item.kind)}:[\n`;
        kind = item.kind;
      }
      yield JSON.stringify(item.value) ?? "null";
    }
    yield kind === undefined ? "}" : "]}";
    await onProgress((index + 1) / (sections.length + 1));
  }
  yield "}\n";
}

async function* inChunks(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let held: string[] = [];
  let length = 0;
  for await (const piece of pieces) {
    held.push(piece);
    length += piece.length;
    if (length < chunkCharacters) continue;
    yield Buffer.from(held.join(""));
    held = [];
    length = 0;
  }
  if (length > 0) yield Buffer.from(held.join(""));
}

/** Deletes exports that are too old, and their files. Returns how many. */
export async function sweepExports(db: Database, blobs: BlobStore): Promise<number> {
  const old = await db.system((tx) =>
    tx
      .select()
      .from(accountExports)
      .where(lt(accountExports.expiresAt, sql`now()`))
      .limit(500),
  );
  for (const row of old) {
    await blobs.delete(keyOf(row));
    await db.system((tx) => tx.delete(accountExports).where(eq(accountExports.id, row.id)));
  }
  return old.length;
}

function shapeOf(row: typeof accountExports.$inferSelect): DataExport {
  const { id, state, progress, sizeBytes, error, createdAt, expiresAt } = row;
  return { id, state, progress, sizeBytes, error, createdAt, expiresAt };
}
