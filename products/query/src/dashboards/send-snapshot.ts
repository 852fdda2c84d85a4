import type { Tile, TileResult } from "@mindmesh/contracts/query/dashboards";
import { theServer } from "@mindmesh/kernel/audit";
import { AppError } from "@mindmesh/kernel/errors";
import type { MemberCaller } from "@mindmesh/kernel/http";
import { memberFromRecord } from "@mindmesh/kernel/identity";
import { notifyPerson } from "@mindmesh/kernel/notify";
import type { TellDependencies } from "./check-alert.ts";
import { presentPeople } from "./check-recipients.ts";
import { runSaved } from "./read-tile.ts";
import type { DashboardRow } from "./schema.ts";

/** Rows of a tile in a mail; the rest is a click away. */
const mostRows = 15;
const widestCell = 40;

/**
 * Sends the first rows of every tile to the snapshot's recipients, by e-mail where an SMTP server is set and as a notification in any case.
 * Each recipient gets what they themselves may see: the queries run under their rights.
 */
export async function sendSnapshot(dependencies: TellDependencies, row: DashboardRow): Promise<void> {
  const { db, mail, log, publicUrl } = dependencies;
  const { workspaceId, ownerId, snapshot } = row;
  if (!snapshot) return;
  const owner = await memberFromRecord(db, { workspaceId, personId: ownerId, keyId: null });
  if (owner === null) return;
  const address = `${publicUrl}/w/${workspaceId}/query/dashboards/${row.id}`;
  for (const person of await presentPeople(db, workspaceId, snapshot.recipients)) {
    if (mail !== null) {
      const text = `${await snapshotText(dependencies, row, person)}\n\n${address}`;
      await mail
        .send({ to: person.email, subject: row.name, text })
        .catch((error: unknown) => log.warn({ err: error }, "a snapshot could not be mailed"));
    }
    await db.withWorkspace({ workspaceId, userId: person.personId }, (tx) =>
      notifyPerson(tx, {
        workspaceId,
        personId: person.personId,
        kind: "note",
        title: `Dashboard: ${row.name}`,
        body: "A new snapshot is there.",
      }),
    );
  }
}

/** The snapshot as plain text for one person: a table for each tile, or why it is not there. */
export async function snapshotText(
  dependencies: TellDependencies,
  { tiles, parameters, name }: DashboardRow,
  person: MemberCaller,
): Promise<string> {
  const actor = { ...theServer, personId: person.personId };
  const parts: string[] = [name];
  for (const each of tiles) {
    const asked = { savedQueryId: each.savedQueryId, parameters, origin: "schedule", fresh: false } as const;
    const text = await runSaved(dependencies, person, actor, asked).then(tableText, (error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      return error.code === "not_found" ? "This query is not open to you, or is gone." : error.message;
    });
    parts.push(`${titleOf(each)}\n${text}`);
  }
  return parts.join("\n\n");
}

const titleOf = ({ title, chart }: Tile) => title || chart.title || chart.y.join(", ") || "Table";

function tableText({ columns, rows, more }: TileResult): string {
  const shown = rows.slice(0, mostRows);
  const cells = [columns.map(({ name }) => name), ...shown.map((row) => row.map((value) => value ?? ""))].map((row) =>
    row.map((text) => {
      const line = text.replaceAll(/\s+/g, " ");
      return line.length > widestCell ? `${line.slice(0, widestCell - 1)}…` : line;
    }),
  );
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((text, index) => text.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const rest = rows.length - shown.length;
  if (rest > 0 || more) lines.push(`… and ${more ? "more than " : ""}${rest} more rows`);
  return lines.join("\n");
}
