import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { statementQuery } from "./queries.ts";
import { adoptRun, useRuns } from "./runs.ts";

/** A statement with its result: of this page, or fetched when another one ran it. */
export function useRun(workspaceId: string, statementId: string) {
  const run = useRuns(({ runs }) => runs[statementId]);
  const found = useQuery({ ...statementQuery(workspaceId, statementId), enabled: run?.isOwn !== true });
  const { data } = found;
  useEffect(() => {
    if (data) adoptRun(workspaceId, data);
  }, [data, workspaceId]);
  return { run, error: run ? null : found.error };
}
