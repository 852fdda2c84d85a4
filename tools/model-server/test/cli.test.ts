import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const CLI = fileURLToPath(new URL("../src/cli.ts", import.meta.url));

it("starts from the command line, says where it is, answers, and stops when asked", async () => {
  const child = spawn(process.execPath, [CLI, "--port", "0", "--delay", "1", "--key", "secret"]);
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  await expect.poll(() => printed, { timeout: 20_000 }).toContain("Ctrl-C stops it");
  const base = /ANTHROPIC_BASE_URL=(\S+)/.exec(printed)?.[1] ?? "";
  const body = JSON.stringify({ model: "m", max_tokens: 100, messages: [{ role: "user", content: "[[text=Hello]]" }] });
  const ask = (key: string) => fetch(`${base}/messages`, { method: "POST", headers: { "x-api-key": key }, body });
  expect((await ask("wrong")).status).toBe(401);
  expect(await (await ask("secret")).json()).toMatchObject({ content: [{ type: "text", text: "Hello" }] });
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});
