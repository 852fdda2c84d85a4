import type { ClientInput } from "@mindmesh/contracts/route";
import type { CodeRun, runRoutes } from "@mindmesh/contracts/runs";
import type { QueryClient } from "@tanstack/react-query";
import { newId } from "../../../shell/new-id.ts";
import { showError } from "../../../shell/show-error.ts";
import { runApi } from "./api.ts";
import { runQuery, type Place } from "./queries.ts";
import { cacheRun } from "./run-cache.ts";

type RunBody = ClientInput<typeof runRoutes.startRun>["body"];

/** Starts a run; gives it back once the server has it, null when it was refused, which the person is told. */
export async function startRun(queryClient: QueryClient, place: Place, body: RunBody): Promise<CodeRun | null> {
  try {
    const run = await runApi.startRun({ params: place, body: { runId: newId(), ...body } });
    const details = { run, source: body.source, files: [], output: [], displays: [], outputs: [] };
    queryClient.setQueryData(runQuery(place, run.id).queryKey, (known) => known ?? details);
    cacheRun(queryClient, place.workspaceId, run);
    return run;
  } catch (error) {
    showError(error);
    return null;
  }
}

/** Asks the server to stop a run. That it has stopped arrives as an event. */
export async function stopRun(place: Place, runId: string) {
  try {
    await runApi.cancelRun({ params: { ...place, runId } });
  } catch (error) {
    showError(error);
  }
}
