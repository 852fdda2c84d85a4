import type { ChatImport } from "@mindmesh/contracts/chat";
import type { ImportRow } from "../schema.ts";

/** An import as the contract shows it. */
export function importShape(row: ImportRow): ChatImport {
  const { workspaceId: _, ownerId: _owner, fileId: _file, jobId: _job, ...shown } = row;
  return shown;
}
