// `npm test`: every test against real services. Arguments go to vitest (`npm test -- packages/kernel`).
// TEST_DATABASE says which PostgreSQL the tests use: embedded (default), native, or both, one after the other. With CI
// set, what depends on PostgreSQL most (search, row-level security, generated columns) runs on the native one as well.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { requireNode20 } from "./node-version.mjs";

requireNode20();
const { ensureInstalled } = await import("./install.mjs");
const { ownNode, root } = await import("./paths.mjs");

await ensureInstalled({ tools: true });
const wanted = process.env.TEST_DATABASE ?? "embedded";
const total = { passed: 0, failed: 0, skipped: 0 };
let code = 0;
const asked = process.argv.slice(2);
const dataTests = [
  ...["search", "organise", "import", "schema", "person-data"].map((name) => `products/chat/test/${name}.test.ts`),
  "apps/server/test/strangers.test.ts",
];
const runs = (wanted === "both" ? ["embedded", "native"] : [wanted]).map((database) => ({ database, files: asked }));
if (process.env.CI && wanted === "embedded" && asked.length === 0) runs.push({ database: "native", files: dataTests });
for (const { database, files } of runs) {
  process.stdout.write(`\nTests with the ${database} PostgreSQL\n`);
  const run = await runVitest(database, files);
  code ||= run.code;
  for (const key of Object.keys(total)) total[key] += run.counts[key];
}
// An error outside any test (a file that does not load, a rejection that nobody handled) is a failure too.
if (code !== 0 && total.failed === 0) total.failed = 1;
if (process.env.CI && total.skipped > 0) code ||= 1;
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed > 0 ? code || 1 : code;

async function runVitest(database, files) {
  const folder = mkdtempSync(path.join(tmpdir(), "mindmesh-report-"));
  const report = path.join(folder, "report.json");
  const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const child = spawn(ownNode, [vitest, "run", ...reporters, ...files], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, TEST_DATABASE: database },
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  const ended = await new Promise((resolve) => child.on("exit", (exitCode, signal) => resolve(exitCode ?? signal)));
  try {
    const { testResults } = JSON.parse(readFileSync(report, "utf8"));
    return { code: ended === 0 ? 0 : 1, counts: count(testResults) };
  } catch {
    return { code: 1, counts: { passed: 0, failed: 1, skipped: 0 } }; // it ended before it could report
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Counts the tests of vitest's report, and lists those that were skipped: a suite's title says what it lacked. */
function count(testResults) {
  const tests = testResults.flatMap((file) => file.assertionResults.map((test) => ({ ...test, file: file.name })));
  const skipped = tests.filter(({ status }) => status !== "passed" && status !== "failed");
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  if (skipped.length > 0) process.stdout.write(`\nSKIPPED (${skipped.length}):\n`);
  for (const test of skipped) process.stdout.write(`  ${path.relative(root, test.file)}: ${test.fullName}\n`);
  return {
    passed: tests.filter(({ status }) => status === "passed").length,
    failed: tests.filter(({ status }) => status === "failed").length + brokenFiles.length,
    skipped: skipped.length,
  };
}
