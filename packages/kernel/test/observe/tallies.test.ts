import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { makeSpread, makeTally } from "../../src/observe/index.ts";

it("counts by labels, and tells the sum at every reading", async () => {
  const registry = new Registry();
  const calls = makeTally({ name: "calls_total", help: "Calls", labelNames: ["model"], registry });
  calls.of({ model: "a" }).add();
  calls.of({ model: "a" }).add(2);
  calls.of({ model: "b" }).add(0.5);
  const read = async () => (await registry.metrics()).split("\n").filter((line) => line.startsWith("calls"));
  expect(await read()).toEqual(['calls_total{model="a"} 3', 'calls_total{model="b"} 0.5']);
  calls.of({ model: "a" }).add();
  expect(await read()).toEqual(['calls_total{model="a"} 4', 'calls_total{model="b"} 0.5']);
});

it("spreads values over buckets that include their bound, each with all below it", async () => {
  const registry = new Registry();
  const seconds = makeSpread({ name: "seconds", help: "How long", labelNames: ["route"], registry }, [0.1, 1]);
  for (const value of [0.05, 0.1, 0.5, 7]) seconds.of({ route: "/a" }).observe(value);
  expect((await registry.metrics()).trim().split("\n")).toEqual([
    "# HELP seconds How long",
    "# TYPE seconds histogram",
    'seconds_bucket{le="0.1",route="/a"} 2',
    'seconds_bucket{le="1",route="/a"} 3',
    'seconds_bucket{le="+Inf",route="/a"} 4',
    'seconds_sum{route="/a"} 7.65',
    'seconds_count{route="/a"} 4',
  ]);
});
