import type { RunEvent, RunLimits, Sandbox } from "@mindmesh/sandbox";
import type { RunWork } from "./code-runner.ts";
import type { RunEnd } from "./end-run.ts";
import type { RunInput } from "./run-inputs.ts";
import type { RunKernels } from "./run-kernels.ts";
import type { createRunWriter } from "./run-writer.ts";
import { writeInside } from "./safe-folder.ts";
import type { CodeRunRow } from "./schema.ts";

interface FollowDependencies {
  sandbox: Sandbox;
  kernels: RunKernels;
  writer: Pick<ReturnType<typeof createRunWriter>, "push">;
  onPosition(position: number): Promise<void>;
  onStarted(change: Partial<CodeRunRow>): Promise<unknown>;
}

interface Walls {
  directory: string;
  inputs: RunInput[];
  limits: RunLimits;
  hosts: string[];
}

/**
 * Has the sandbox run it and takes what it tells.
 * @returns how it ended, and the paths below `/data/out` that were made or changed
 * @throws what the sandbox refuses before it begins
 */
export async function followRun(
  { sandbox, kernels, writer, onPosition, onStarted }: FollowDependencies,
  work: RunWork,
  walls: Walls,
  signal: AbortSignal,
): Promise<{ end: RunEnd; paths: string[] }> {
  const paths: string[] = [];
  const { events, kernel } = await begin({ sandbox, kernels }, work, walls, signal);
  for await (const event of events) {
    if (event.type === "queued") await onPosition(event.position);
    else if (event.type === "started") {
      const startedAt = new Date().toISOString();
      await onStarted({ status: "running", driver: event.driver, kernel, startedAt });
    } else if (event.type === "output") writer.push(event);
    else if (event.type === "display") writer.push(event);
    else if (event.type === "file") paths.push(event.path);
    else return { end: endOf(event), paths };
  }
  // A driver that goes away without a word.
  const message = "The sandbox ended without saying how the run went. Run it again.";
  return { end: { status: "lost", reason: "lost", exitCode: null, message, error: null, usage: null }, paths };
}

async function begin(
  { sandbox, kernels }: Pick<FollowDependencies, "sandbox" | "kernels">,
  { run, stdin, keepVariables }: RunWork,
  walls: Walls,
  signal: AbortSignal,
): Promise<{ events: AsyncIterable<RunEvent>; kernel: CodeRunRow["kernel"] }> {
  const { language, source, entryName, files } = run;
  if (!keepVariables || language === "shell" || language === "typescript") {
    const events = sandbox.run({
      ...walls,
      person: run.personId,
      language,
      source,
      ...(entryName !== null && { entryName }),
      files,
      ...(stdin && { stdin }),
      signal,
    });
    return { events, kernel: null };
  }
  for (const { path, content } of files) await writeInside(walls.directory, path, content);
  const { kernel, state } = await kernels.take(sandbox, run, { ...walls, language });
  return { events: kernel.run({ source, signal }), kernel: state };
}

function endOf({ reason, exitCode, message, error, usage }: Extract<RunEvent, { type: "finished" }>): RunEnd {
  const status =
    reason === "cancelled" || reason === "lost" ? reason : reason === "exit" && exitCode === 0 ? "finished" : "failed";
  return { status, reason, exitCode, message, error: error ?? null, usage };
}
