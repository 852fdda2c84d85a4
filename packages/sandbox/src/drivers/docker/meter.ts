import { z } from "zod";
import { type GroupUsage, groupOfProcess, groupUsage } from "../linux/group-usage.ts";
import type { Engine } from "./engine.ts";

/** What a container has used. */
export interface Meter {
  measure(): Promise<GroupUsage>;
  /** As it was measured last. */
  latest(): GroupUsage;
}

const inspected = z.object({ State: z.object({ Pid: z.number().int() }) });
const measured = z.object({
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
  memory_stats: z.object({ usage: z.number().nullish(), max_usage: z.number().nullish() }),
});

/**
 * Reads the container's control group, which takes no time. Where it cannot be seen, as when the engine is in a virtual machine,
 * the engine is asked, which takes about a second each time.
 */
export async function openMeter(engine: Engine, id: string): Promise<Meter> {
  let latest: GroupUsage = { cpuMs: 0, peakMemoryBytes: 0, killedForMemory: false };
  const found = inspected.safeParse(await engine.ask("GET", `/containers/${id}/json`));
  const pid = found.data?.State.Pid ?? 0;
  const group = pid > 0 ? groupOfProcess(pid, id) : null;
  let asking: Promise<void> | undefined;

  function take(now: GroupUsage): void {
    latest = {
      cpuMs: Math.max(latest.cpuMs, now.cpuMs),
      peakMemoryBytes: Math.max(latest.peakMemoryBytes, now.peakMemoryBytes),
      killedForMemory: latest.killedForMemory || now.killedForMemory,
    };
  }
  async function ask(): Promise<void> {
    const { data } = measured.safeParse(
      await engine.ask("GET", `/containers/${id}/stats?stream=0&one-shot=1`, { also: [404, 409] }).catch(() => null),
    );
    if (data === undefined) return;
    const { usage, max_usage: most } = data.memory_stats;
    const cpuMs = data.cpu_stats.cpu_usage.total_usage / 1e6;
    take({ cpuMs, peakMemoryBytes: Math.max(usage ?? 0, most ?? 0), killedForMemory: false });
  }
  return {
    async measure() {
      if (group !== null) take(groupUsage(group));
      else await (asking ??= ask().finally(() => (asking = undefined)));
      return latest;
    },
    latest: () => latest,
  };
}
