import type { DriverJob, DriverOutcome } from "../../driver.ts";
import { runProgram } from "../linux/run-program.ts";
import { type Yard, startWall } from "./wall-process.ts";

/** Runs one program in a wall of its own. */
export async function runBehindWall(yard: Yard, job: DriverJob): Promise<DriverOutcome> {
  return runProgram(await startWall(yard, { ...job, program: [`/data/work/${job.entry}`], commands: false }), job);
}
