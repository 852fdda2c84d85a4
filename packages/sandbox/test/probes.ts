import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { RunRequest, Sandbox, SandboxLanguage } from "@mindmesh/sandbox";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Probe, probeGroups } from "./probe-attempts.ts";
import { outcomeOf } from "./support/outcome-of.ts";

export interface Setup {
  /** Of the driver, for the title. */
  name: string;
  open(directory: string): Promise<Sandbox>;
  languages: SandboxLanguage[];
  /** The system's own processes, files and calls are there to be tried: a wall on Linux, not an interpreter in wasm. */
  linux: boolean;
  /** The host's folders and files that such a wall keeps out of sight; others may be the container's own. */
  places?: string[];
  /** More time, where an interpreter takes long to start, for all that is not stopped by the clock. */
  patience?: { wallSeconds: number; cpuSeconds: number };
  /** What the driver has left on the host: processes, mounts, control groups. Each test must leave it as it was. */
  leftovers(): Promise<string[]>;
}

const isPatient = ({ reasons }: Probe) => reasons?.includes("time") !== true;

const stillThere: Record<SandboxLanguage, string> = {
  python: "import os\nprint('still', 2 + 2, sorted(os.listdir('.')))",
  javascript: "console.log('still', 2 + 2)",
  typescript: "const sum: number = 2 + 2; console.log('still', sum)",
  shell: "echo still $((2 + 2))",
};

/**
 * The probes of one group against a driver. Each tries something that must fail; then the host must be unharmed and
 * another person's run must work and find nothing of it. `group` splits them over files that run side by side.
 */
export function probes(group: keyof typeof probeGroups, setup: Setup): void {
  describe(`${group} behind ${setup.name}`, () => {
    let place: string;
    let sandbox: Sandbox;
    let secret: string;
    let before: string[];
    const visitors: string[] = [];
    const server = createServer((socket) => {
      visitors.push("came");
      socket.end("host");
    });

    beforeAll(async () => {
      place = await mkdtemp(path.join(tmpdir(), "mindmesh-probes-"));
      secret = path.join(place, "secret.txt");
      await writeFile(secret, "the host's secret");
      process.env["MINDMESH_PROBE_SECRET"] = "the host's secret";
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      sandbox = await setup.open(path.join(place, "sandbox"));
      expect(sandbox.describe().reason).toBeUndefined();
      before = await setup.leftovers();
    });
    afterAll(async () => {
      delete process.env["MINDMESH_PROBE_SECRET"];
      await sandbox.close();
      server.close();
      await rm(place, { recursive: true, force: true });
    });
    afterEach(async () => {
      expect(await readFile(secret, "utf8")).toBe("the host's secret");
      expect(visitors).toStrictEqual([]);
      await expect.poll(setup.leftovers, { timeout: 5000 }).toStrictEqual(before);
    });

    const run = (request: Pick<RunRequest, "language" | "source"> & Partial<RunRequest>) =>
      outcomeOf(
        sandbox.run({
          person: "somebody",
          directory: path.join(place, "somebody"),
          signal: new AbortController().signal,
          ...request,
        }),
      );
    const context = () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      return { secret, port: String(port), pid: String(process.pid), places: (setup.places ?? []).join(" ") };
    };
    const fits = (probe: Probe) => setup.languages.includes(probe.language) && (setup.linux || probe.linux !== true);

    for (const probe of probeGroups[group].filter(fits)) {
      it(`${probe.title} (${probe.language})`, async () => {
        const limits = { wallSeconds: 20, ...probe.limits, ...(isPatient(probe) && setup.patience) };
        if (probe.before !== undefined) await run({ language: probe.language, source: probe.before, limits });
        const told = await run({
          language: probe.language,
          source: filledIn(probe.source, context()),
          limits,
          ...(probe.stdin !== undefined && { stdin: probe.stdin }),
        });
        const said = told.stdout + told.stderr;
        expect(said).not.toContain("ESCAPED");
        expect(said).not.toContain("the host's secret");
        const asked = probe.reasons === undefined ? told.stdout : probe.reasons;
        expect(asked).toContain(probe.reasons === undefined ? "HELD" : told.finished.reason);
        probe.check?.(told);

        const directory = path.join(place, "another");
        const next = await run({
          language: probe.language,
          source: stillThere[probe.language],
          person: "another",
          directory,
        });
        expect(next.stdout).toContain("still 4");
        expect(next.finished).toMatchObject({ reason: "exit", exitCode: 0 });
        expect((await readdir(directory)).sort()).toStrictEqual(expect.not.arrayContaining(["left-behind"]));
        await rm(path.join(place, "somebody"), { recursive: true, force: true });
      });
    }
  });
}

/** Puts what only the host knows into the attempt. */
function filledIn(source: string, values: Record<string, string>): string {
  return source.replaceAll(/%(secret|port|pid|places)%/g, (_all, name: string) => values[name] ?? "");
}
