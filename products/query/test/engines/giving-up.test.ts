import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { createGivingUp } from "../../src/engines/giving-up.ts";
import { untilStopped } from "../../src/statements/until-stopped.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** How many of them are still in memory. */
async function kept(given: WeakRef<object>[]): Promise<number> {
  // What was given in this turn stays until the next one.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  return given.filter((each) => each.deref() !== undefined).length;
}

it("keeps nothing of what it gave while the work goes on", async () => {
  const { race, giveUp } = createGivingUp();
  const given: WeakRef<object>[] = [];
  for (let n = 0; n < 100; n += 1) given.push(new WeakRef(await race(Promise.resolve({ rows: [n] }))));
  expect(await kept(given)).toBeLessThan(3);
  giveUp(new Error("over"));
});

it("keeps nothing of the parts that were passed on while more come", async () => {
  async function* parts() {
    for (let n = 0; n < 100; n += 1) yield { rows: [n] };
  }
  const given: WeakRef<object>[] = [];
  let left = Infinity;
  for await (const part of untilStopped(parts(), new AbortController().signal, 1000)) {
    given.push(new WeakRef(part));
    if (given.length === 100) left = await kept(given.slice(0, 90));
  }
  expect(left).toBeLessThan(3);
});

it("ends what waits and what comes later, and a late failure disturbs nobody", async () => {
  const { race, giveUp } = createGivingUp();
  const late = Promise.withResolvers<never>();
  const waiting = race(late.promise);
  giveUp(new Error("over"));
  await expect(waiting).rejects.toThrow("over");
  await expect(race(Promise.resolve(1))).rejects.toThrow("over");
  late.reject(new Error("too late"));
});
