import type { CodeRun, RunDisplay } from "@mindmesh/contracts/runs";
import type { CodeRunRow, DisplayRow } from "./schema.ts";

/** The run as the contract shows it: without its source and what it has put out, which may be long. */
export function runShape(row: CodeRunRow): CodeRun {
  const { workspaceId: _, source: __, files: ___, holdsDirectory: ____, serverId: _____, ...shown } = row;
  return shown;
}

export function displayShape({ position, offset, mime, bytes, data }: DisplayRow): RunDisplay {
  return { position, offset, mime, bytes, data };
}
