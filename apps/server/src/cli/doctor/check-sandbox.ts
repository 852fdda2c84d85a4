import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Config } from "@mindmesh/kernel/config";
import { openSandbox } from "@mindmesh/sandbox";
import { containersOf } from "../../open-sandbox-later.ts";
import { type Finding, good, note, reasonOf, warning } from "./finding.ts";

/** Which wall stands between code that people run and this machine. Its self-test runs, in a folder of its own. */
export async function checkSandbox(config: Pick<Config, "CODE_IMAGE" | "CODE_ENGINE_SOCKET">): Promise<Finding[]> {
  const directory = await mkdtemp(path.join(tmpdir(), "mindmesh-doctor-"));
  const passedOver: string[] = [];
  try {
    const sandbox = await openSandbox({
      directory,
      concurrency: 1,
      containers: containersOf(config),
      log: (_message, details) => passedOver.push(...((details?.["passedOver"] as string[] | undefined) ?? [])),
    });
    const { driver, reason, gaps, languages } = sandbox.describe();
    await sandbox.close();
    if (driver === null) return [warning("Running code is off", reason ?? "No sandbox driver works on this machine.")];
    const names = languages.map(({ language, version }) => `${language} ${version}`).join(", ");
    return [
      good(`Code runs behind ${driver}: ${names}`),
      ...passedOver.map((refusal) => note(`Not used: ${refusal}`)),
      ...gaps.map((gap) => note(`Not guarded: ${gap}`)),
    ];
  } catch (error) {
    return [warning("Running code is off", reasonOf(error))];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
