import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { AppError } from "../../src/errors/index.ts";
import { meterContent } from "../../src/storage/metered-content.ts";

const most = { bytes: 1_000_000, error: () => new AppError("too_large"), idleMilliseconds: 100 };

test("content passes through unchanged, counted and hashed", async () => {
  const content = Buffer.alloc(700_000, "abc");
  const metered = meterContent(Readable.from([content.subarray(0, 10), content.subarray(10)]), most);
  expect((await buffer(metered.content)).equals(content)).toBe(true);
  const { bytes, sha256, head } = metered.result();
  expect([bytes, head.length]).toEqual([700_000, 256 * 1024]);
  expect(sha256).toEqual(createHash("sha256").update(content).digest());
});

test("a store that takes longer than a sender may stall does not end the upload", async () => {
  const metered = meterContent(Readable.from([Buffer.from("a"), Buffer.from("b")]), most);
  for await (const _ of metered.content) await wait(250);
  expect(metered.result().bytes).toBe(2);
});

test("a sender that stalls in mid-way ends the upload", async () => {
  const source = new Readable({ read: () => undefined });
  source.push("a");
  await expect(buffer(meterContent(source, most).content)).rejects.toThrow("The upload stalled.");
});

test("content that is too long leaves its source open, so that the answer can still be sent", async () => {
  const source = Readable.from([Buffer.alloc(2_000_000)]);
  await expect(buffer(meterContent(source, most).content)).rejects.toMatchObject({ code: "too_large" });
  expect(source.destroyed).toBe(false);
});
