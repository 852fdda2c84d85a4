import type { RunEvent } from "@mindmesh/sandbox";

type Finished = Extract<RunEvent, { type: "finished" }>;

export interface Told {
  events: RunEvent[];
  stdout: string;
  stderr: string;
  finished: Finished;
}

/** Runs to the end and puts together what was told. */
export async function outcomeOf(run: AsyncIterable<RunEvent>): Promise<Told> {
  const told = { events: [] as RunEvent[], stdout: "", stderr: "" };
  for await (const event of run) {
    told.events.push(event);
    if (event.type === "output") told[event.stream] += event.text;
  }
  const last = told.events.at(-1);
  if (last?.type !== "finished") throw new Error("A run ended without saying so.");
  return { ...told, finished: last };
}
