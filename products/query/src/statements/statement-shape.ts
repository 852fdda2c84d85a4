import type { Statement } from "@mindmesh/contracts/query/statements";
import type { StatementRow } from "../schema.ts";

/** A statement as pages and programs see it. `cachedAt` is when its rows were read, if another run read them. */
export function statementShape(row: StatementRow, cachedAt: string | null = null): Statement {
  const { workspaceId: _, cacheKey: __, resultOf: ___, previewId: ____, serverId: _____, ...shape } = row;
  return { ...shape, cachedAt };
}
