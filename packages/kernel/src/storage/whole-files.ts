import { and, eq, isNull } from "drizzle-orm";
import { files } from "./schema.ts";

/** The condition for the files of a workspace that were uploaded to the end and are not deleted. */
export function wholeIn(workspaceId: string) {
  return and(eq(files.workspaceId, workspaceId), eq(files.state, "ready"), isNull(files.deletedAt));
}
