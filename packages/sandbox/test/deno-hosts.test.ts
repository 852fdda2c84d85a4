import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { SandboxDriver } from "../src/driver.ts";
import { denoDriver } from "../src/drivers/deno/index.ts";
import { drive, snapshotFolder } from "./support/drive.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let driver: SandboxDriver;
let site: Server;
let host: string;
const seen: string[] = [];

beforeAll(async () => {
  site = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${String(request.headers["x-mine"])}`);
    if (request.url === "/away") response.writeHead(302, { location: "http://169.254.169.254/" });
    if (request.url === "/long")
      for (let megabyte = 0; megabyte < 20; megabyte += 1) response.write(Buffer.alloc(2 ** 20));
    response.end("from the site");
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(site.address() as AddressInfo).port}`;
  // In the server this is the kernel's guarded fetch, which would refuse the loopback address of the test.
  driver = denoDriver({ directory: snapshotFolder, warmMs: 0, fetch: (url, init) => fetch(url, init) });
});
afterAll(async () => {
  await driver.close();
  site.close();
});

const script = () => `
for (const url of ["http://${host}/page", "http://${host}/away", "http://${host}/long", "http://example.invalid/", "file:///etc/passwd"]) {
  try {
    const answer = await fetch(url, { method: "POST", headers: { "X-Mine": "1", Host: "other" }, body: "hello" });
    console.log(answer.status, await answer.text());
  } catch (error) { console.log(error.message); }
}`;

it("lets JavaScript reach the hosts that are allowed, without redirects and endless answers, and no others", async () => {
  const told = await drive(driver, "javascript", script(), { hosts: [host] });
  const [page, away, long, other, file] = told.stdout.trim().split("\n");
  expect(page).toBe("200 from the site");
  expect(away).toMatch(/fetch failed|redirect/);
  expect(long).toMatch(/longer than|terminated|fetch failed/);
  expect(other).toContain("not among the hosts");
  expect(file).toContain("Only http and https");
  expect(seen).toContain("POST /page 1");
});

it("lets Python reach them by fetch, and without a list none", async () => {
  const source = `print((await fetch("http://${host}/python")).text)`;
  expect((await drive(driver, "python", source, { hosts: [host] })).stdout).toBe("from the site\n");
  seen.length = 0;
  const refused = await drive(driver, "python", source);
  expect(refused.stderr).toContain("not among the hosts");
  expect(seen).toEqual([]);
});
