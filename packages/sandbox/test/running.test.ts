import { expect, it } from "vitest";
import { outputCleaner } from "../src/running/clean-output.ts";
import { fairQueue } from "../src/running/fair-queue.ts";
import { seccompFilter } from "../src/drivers/bubblewrap/seccomp-filter.ts";

it("output that arrives byte by byte is cleaned as if it came at once", () => {
  const bytes = Buffer.from("ä€😀 \u001b[1;31mred\u001b[0m\u001b]0;title\u0007 \u001b[2Jend\u0000\u0008\n");
  const cleaner = outputCleaner();
  let text = "";
  for (const byte of bytes) text += cleaner.clean(Uint8Array.of(byte));
  expect(text + cleaner.end()).toBe("ä€😀 \u001b[1;31mred\u001b[0m end\n");
});

it("a sequence that never ends is not held for ever", () => {
  const cleaner = outputCleaner();
  const text = cleaner.clean(Buffer.from(`\u001b]${"x".repeat(5000)}`)) + cleaner.end();
  expect(text.length).toBeGreaterThan(4000);
});

it("whoever has the fewest running is next, and who waits hears how many are before", async () => {
  const queue = fairQueue({ concurrency: 1, limit: 3 });
  const signal = new AbortController().signal;
  const order: string[] = [];
  const heard: number[] = [];
  const first = await queue.enter("a", signal, () => {});
  const enter = async (person: string, listen: (position: number) => void = () => {}) => {
    const leave = await queue.enter(person, signal, listen);
    order.push(person);
    leave?.();
  };
  const rest = [enter("a"), enter("a"), enter("b", (position) => heard.push(position))];
  expect(heard).toStrictEqual([1]);
  expect(() => queue.enter("c", signal, () => {})).toThrow("this would be number 4");
  first?.();
  await Promise.all(rest);
  expect(order).toStrictEqual(["b", "a", "a"]);
  expect([queue.running(), queue.waiting()]).toStrictEqual([0, 0]);
});

it("the filter of system calls is whole instructions, jumps only forward and inside, and ends with an answer", () => {
  for (const processor of ["x64", "arm64"]) {
    const filter = seccompFilter(processor);
    if (filter === null) throw new Error("There is no filter.");
    const count = filter.length / 8;
    expect(Number.isInteger(count)).toBe(true);
    for (let index = 0; index < count; index += 1) {
      const operation = filter.readUInt16LE(index * 8);
      if ((operation & 7) !== 5) continue;
      const furthest = index + 1 + Math.max(filter.readUInt8(index * 8 + 2), filter.readUInt8(index * 8 + 3));
      expect(furthest).toBeLessThan(count);
    }
    expect(filter.readUInt16LE((count - 1) * 8)).toBe(6);
  }
  expect(seccompFilter("mips")).toBeNull();
});
