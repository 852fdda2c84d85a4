import { z } from "zod";
import { BackupError } from "./backup-error.ts";

/** Raised when older programs could no longer read what newer ones write. */
export const formatVersion = 1;

const identifier = z.string().regex(/^[a-z_][a-z0-9_]*$/);

/** First entry of a backup: what it is and what is needed to restore it. */
export const manifest = z.object({
  format: z.literal(formatVersion),
  /** Version of the program that made it. */
  program: z.string(),
  createdAt: z.iso.datetime(),
  postgres: z.string(),
  /** Schema to the migrations that it has had, in their order. */
  migrations: z.record(identifier, z.array(z.string())),
  tables: z.array(z.object({ schema: identifier, name: identifier, columns: z.array(identifier) })),
  files: z.object({ count: z.number().int(), bytes: z.number().int() }),
  /** Whether secret.key is in the backup; what the environment holds never is. */
  secretKeyIncluded: z.boolean(),
  /** Tells which secret key the stored secrets need, without telling anything about it. */
  secretKeyId: z.string(),
});
export type Manifest = z.infer<typeof manifest>;

/** Last entry: without it, and unless all sums are right, a backup is damaged. */
export const ending = z.object({
  /** Group of entries to its sum over names and contents. */
  groups: z.record(z.string(), z.object({ entries: z.number().int(), bytes: z.number().int(), sha256: z.string() })),
  /** `schema.table` to its rows. */
  rows: z.record(z.string(), z.number().int()),
  /** Files that the database knows but the store did not have any more. */
  missingFiles: z.array(z.string()),
});
export type Ending = z.infer<typeof ending>;

export const names = {
  manifest: "manifest.json",
  secretKey: "secret.key",
  sequences: "sequences.json",
  ending: "end.json",
  table: (table: { schema: string; name: string }, part: number) =>
    `tables/${table.schema}.${table.name}/${String(part).padStart(6, "0")}`,
  file: (key: string) => `files/${key}`,
};

/** Entries are summed up per table, and all files together, so that the damage can be named. */
export function groupOf(name: string): string {
  const [first = "", second = ""] = name.split("/");
  return first === "tables" ? `${first}/${second}` : first;
}

/**
 * The manifest in the first entry of a backup.
 * @throws BackupError for a backup of a newer program, or something else
 */
export function readManifest(text: string): Manifest {
  const parsed: unknown = JSON.parse(text);
  const { format, program } = z.looseObject({ format: z.number(), program: z.string() }).parse(parsed);
  if (format > formatVersion) {
    throw new BackupError(
      `This backup was made by a newer Mindmesh (${program}) in a form that this one does not know. Update Mindmesh first.`,
    );
  }
  return manifest.parse(parsed);
}
