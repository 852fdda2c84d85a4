import { fileTroubleAdvice } from "../start-error.ts";
import type { ClusterPaths } from "./cluster-paths.ts";

const noSharedMemory = /could not (create|resize) shared memory|could not map anonymous shared memory/;
const damaged =
  /could not locate a valid checkpoint record|invalid primary checkpoint record|incorrect checksum in control file|database files are incompatible/;

/** What PostgreSQL printed, turned into what is wrong, where, and what to do; ends with the lines that say so. */
export function explainFailure(what: string, output: string, paths: ClusterPaths): string {
  const telling = output
    .split("\n")
    .filter((line) => /FATAL|PANIC|ERROR|DETAIL|error|could not|cannot|No such file/.test(line));
  const lines = (telling.length > 0 ? telling : output.trim().split("\n")).slice(-4).join("\n  ");
  return `The embedded PostgreSQL does not start: ${what}. ${advice(output, paths)}${lines && `\n  ${lines}`}`;
}

function advice(output: string, paths: ClusterPaths): string {
  if (noSharedMemory.test(output)) {
    return "The machine has no shared memory left for PostgreSQL. In a container give it more (`--shm-size=256m`).";
  }
  if (damaged.test(output)) {
    return `The database in ${paths.data} is damaged. It is left as it is: restore a backup into another DATA_DIR.`;
  }
  return fileTroubleAdvice(output, paths.home) ?? `The whole log is in ${paths.logFile}.`;
}
