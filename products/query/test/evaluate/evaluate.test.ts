import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { questionSet } from "../../src/evaluate/question-set.ts";
import { sameResult } from "../../src/evaluate/same-result.ts";
import { type ShopServer, startShopServer } from "../ask/shop-server.ts";

describe("two results are the same", () => {
  test.each([
    [
      [
        ["1", "a"],
        ["2", "b"],
      ],
      [
        ["2", "b"],
        ["1", "a"],
      ],
      false,
      true,
    ],
    [
      [
        ["1", "a"],
        ["2", "b"],
      ],
      [
        ["2", "b"],
        ["1", "a"],
      ],
      true,
      false,
    ],
    [[["1", "a"]], [["a", "1"]], false, true],
    [[["1.50"]], [["1.5"]], false, true],
    [[["0.30000000000000004"]], [["0.3"]], false, true],
    [[["2024-01-01 00:00:00"]], [["2024-01-01"]], false, true],
    [
      [
        ["1", "2"],
        ["2", "1"],
      ],
      [
        ["1", "1"],
        ["2", "2"],
      ],
      false,
      false,
    ],
    [[["1"], ["1"]], [["1"]], false, false],
    [[[null]], [[""]], false, false],
    [[["1", "a"]], [["1"]], false, false],
    [[], [], false, true],
  ])("%j and %j, ordered %s: %s", (gold, given, ordered, same) => {
    expect(sameResult(gold, given, ordered)).toBe(same);
  });
});

describe("the command", () => {
  let shop: ShopServer;
  let folder: string;
  beforeAll(async () => {
    shop = await startShopServer();
    folder = await mkdtemp(join(tmpdir(), "mindmesh-evaluate-"));
  }, 120_000);
  afterAll(async () => {
    await shop?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function evaluate(questions: object[]) {
    const [file, json] = [join(folder, "questions.json"), join(folder, "answers.json")];
    await writeFile(file, JSON.stringify({ name: "Test", questions }));
    const main = fileURLToPath(new URL("../../../../apps/server/src/cli/main.ts", import.meta.url));
    const environment = {
      ...process.env,
      DATABASE_URL: shop.server.databaseUrl,
      DATA_DIR: folder,
      SECRET_KEY: "a key for tests that is long enough for everybody",
    };
    const args = [main, "query", "evaluate", file, "--connection", "shop", "--model", "none", "--json", json];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: environment });
    return {
      stdout,
      written: JSON.parse(await readFile(json, "utf8")) as { figures: object; results: { verdict: string }[] },
    };
  }

  test("counts right rows, wrong ones and refusals, with our own rules, and keeps no history", async () => {
    const { stdout, written } = await evaluate([
      {
        id: "right",
        question: "How many customers are there?",
        gold: ["SELECT 1", "SELECT count(*) FROM shop.customers"],
      },
      { id: "wrong", question: "How many orders are there?", gold: ["SELECT 1"] },
      { id: "refused", question: "What is the churn?", gold: ["SELECT 1"] },
      { id: "rightly", question: "What is the weather?", refuse: true },
      { id: "answered", question: "How many products are there?", refuse: true },
    ]);
    expect(
      written.results.map(({ verdict }) => verdict),
      stdout,
    ).toEqual(["right", "wrong", "refused", "right", "answered"]);
    expect(written.figures).toMatchObject({
      questions: 5,
      executionAccuracy: 1 / 3,
      refusalsRight: 0.5,
      refusedWrongly: 1,
      failed: 0,
      costUsd: 0,
    });
    expect(stdout).toContain("execution accuracy  33.3 %");
    expect((await shop.as().listTurns({ params: shop.params })).items).toEqual([]);
  });
});

test("the questions about the sample shop are a set", async () => {
  const text = await readFile(new URL("../../evaluation/tidewater.json", import.meta.url), "utf8");
  expect(questionSet.parse(JSON.parse(text)).questions.length).toBeGreaterThan(20);
});
