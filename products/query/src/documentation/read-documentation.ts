import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import type { Catalog } from "@mindmesh/contracts/query/catalog";
import type {
  Description,
  Documentation,
  DocumentationChange,
  DocumentationVersion,
} from "@mindmesh/contracts/query/documentation";
import { actorOf, audit } from "@mindmesh/kernel/audit";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { and, asc, desc, eq, max, sql } from "drizzle-orm";
import type { FastifyRequest } from "fastify";
import { readCatalog, visibleCatalog } from "../catalog/read-catalog.ts";
import { findConnection } from "../connections/find-connection.ts";
import type { ConnectionRow } from "../schema.ts";
import { changesBetween } from "./changes-between.ts";
import { coverageOf } from "./coverage-of.ts";
import { lintSchema } from "./lint-schema.ts";
import { descriptions, documentationVersions } from "./schema.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** What a version keeps: all that the database and people say; findings and coverage follow from it. */
interface Kept {
  catalog: Catalog;
  descriptions: Description[];
  takenAt: string;
}

const mostVersions = 200;

/** The documentation of a connection's schema: of a kept version, or as it is now. */
export function readDocumentation(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
  version: number | undefined,
): Promise<Documentation & { connectionName: string }> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const connection = await findConnection(tx, caller, connectionId);
    const kept = await (version === undefined ? readNow(tx, connection) : readKept(tx, connection, version));
    return { ...documentationOf(kept), connectionName: connection.name };
  });
}

function documentationOf({ catalog, descriptions: described, takenAt }: Kept): Documentation {
  return {
    takenAt,
    serverVersion: catalog.serverVersion,
    tables: catalog.tables,
    enums: catalog.enums,
    descriptions: described,
    coverage: coverageOf(catalog.tables, described),
    findings: lintSchema(catalog, described),
  };
}

/** @throws AppError not_found when the schema was never read */
async function readNow(tx: Transaction, connection: ConnectionRow): Promise<Kept> {
  const stored = await readCatalog(tx, connection);
  if (!stored) throw new AppError("not_found", { message: "The schema has not been read yet. Read it under Schema." });
  const rows = await tx
    .select()
    .from(descriptions)
    .where(and(eq(descriptions.workspaceId, connection.workspaceId), eq(descriptions.connectionId, connection.id)))
    .orderBy(asc(descriptions.schema), asc(descriptions.table), asc(descriptions.column));
  const all = rows.map(({ schema, table, column, text }) => ({
    schema,
    table,
    column: column === "" ? null : column,
    text,
  }));
  return { ...stored, descriptions: stillThere(stored.catalog, all) };
}

/** Descriptions of what is in the catalogue: those of hidden or vanished things stay stored, unseen. */
function stillThere(catalog: Catalog, all: readonly Description[]): Description[] {
  const known = new Set(
    catalog.tables.flatMap(({ schema, name, columns }) =>
      [null, ...columns.map((column) => column.name)].map((column) => JSON.stringify([schema, name, column])),
    ),
  );
  return all.filter(({ schema, table, column }) => known.has(JSON.stringify([schema, table, column])));
}

/** @throws AppError not_found */
async function readKept(tx: Transaction, connection: ConnectionRow, version: number): Promise<Kept> {
  const [row] = await tx
    .select({ content: documentationVersions.content })
    .from(documentationVersions)
    .where(
      and(
        eq(documentationVersions.workspaceId, connection.workspaceId),
        eq(documentationVersions.connectionId, connection.id),
        eq(documentationVersions.version, version),
      ),
    );
  if (!row) throw new AppError("not_found", { message: `There is no version ${version} of this documentation.` });
  const kept = JSON.parse((await decompress(row.content)).toString("utf8")) as Kept;
  // What has been hidden since then is hidden in old versions too.
  const catalog = visibleCatalog(connection.engine, kept.catalog, connection.hidden);
  return { ...kept, catalog, descriptions: stillThere(catalog, kept.descriptions) };
}

/**
 * Describes a table or column, or takes the description away.
 * @throws AppError not_allowed without the right to develop; invalid_fields for what is not in the schema
 */
export function describe(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
  { schema, table, column, text }: Description,
): Promise<void> {
  requireRight(caller, "query.develop");
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const connection = await findConnection(tx, caller, connectionId);
    const stored = await readCatalog(tx, connection);
    if (!stored || stillThere(stored.catalog, [{ schema, table, column, text }]).length === 0) {
      throw new AppError("invalid_fields", {
        fields: { [column === null ? "table" : "column"]: "This is not in the schema as it was read last." },
      });
    }
    const place = { workspaceId: caller.workspaceId, connectionId, schema, table, column: column ?? "" };
    if (text === "") {
      await tx
        .delete(descriptions)
        .where(
          and(
            eq(descriptions.workspaceId, place.workspaceId),
            eq(descriptions.connectionId, connectionId),
            eq(descriptions.schema, schema),
            eq(descriptions.table, table),
            eq(descriptions.column, place.column),
          ),
        );
      return;
    }
    const said = { text, updatedBy: caller.personId, updatedAt: new Date().toISOString() };
    await tx
      .insert(descriptions)
      .values({ ...place, ...said })
      .onConflictDoUpdate({
        target: [
          descriptions.workspaceId,
          descriptions.connectionId,
          descriptions.schema,
          descriptions.table,
          descriptions.column,
        ],
        set: said,
      });
  });
}

/** The kept versions, newest first. */
export function listVersions(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
): Promise<DocumentationVersion[]> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConnection(tx, caller, connectionId);
    const { content: _content, ...shown } = versionColumns;
    return tx
      .select(shown)
      .from(documentationVersions)
      .where(ofConnection(caller.workspaceId, connectionId))
      .orderBy(desc(documentationVersions.version))
      .limit(mostVersions);
  });
}

const versionColumns = {
  version: documentationVersions.version,
  takenAt: documentationVersions.takenAt,
  schemaTakenAt: documentationVersions.schemaTakenAt,
  personId: documentationVersions.personId,
  note: documentationVersions.note,
  coverage: documentationVersions.coverage,
  content: documentationVersions.content,
};

const ofConnection = (workspaceId: string, connectionId: string) =>
  and(eq(documentationVersions.workspaceId, workspaceId), eq(documentationVersions.connectionId, connectionId));

/**
 * Keeps the documentation as it is now as the next version.
 * @throws AppError not_allowed without the right to develop; conflict at the most versions
 */
export function keepVersion(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
  note: string,
  request: Pick<FastifyRequest, "caller" | "ip" | "id">,
): Promise<DocumentationVersion> {
  requireRight(caller, "query.develop");
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const connection = await findConnection(tx, caller, connectionId);
    const kept = await readNow(tx, connection);
    const content = await compress(Buffer.from(JSON.stringify(kept)));
    // Two that keep at the same moment wait for each other here.
    await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${connectionId}, 0))`);
    const [last] = await tx
      .select({ version: max(documentationVersions.version) })
      .from(documentationVersions)
      .where(ofConnection(caller.workspaceId, connectionId));
    const version = (last?.version ?? 0) + 1;
    if (version > mostVersions) {
      throw new AppError("conflict", { message: `At most ${mostVersions} versions are kept of a documentation.` });
    }
    const row = {
      version,
      takenAt: new Date().toISOString(),
      schemaTakenAt: kept.takenAt,
      personId: caller.personId,
      note,
      coverage: coverageOf(kept.catalog.tables, kept.descriptions),
    };
    await tx.insert(documentationVersions).values({ workspaceId: caller.workspaceId, connectionId, content, ...row });
    await audit(tx, actorOf(request), {
      workspaceId: caller.workspaceId,
      action: "query.documentation.kept",
      target: { kind: "query_connection", id: connectionId },
      details: { version },
    });
    return row;
  });
}

/** What is different between two versions, or between one and now. @throws AppError not_found */
export function compareVersions(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
  from: number,
  to: number | undefined,
): Promise<DocumentationChange[]> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const connection = await findConnection(tx, caller, connectionId);
    const before = await readKept(tx, connection, from);
    const after = await (to === undefined ? readNow(tx, connection) : readKept(tx, connection, to));
    return changesBetween(before, after);
  });
}
