import { readFile, writeFile } from "node:fs/promises";
import { openGateway } from "@mindmesh/kernel/ai";
import { readConfig } from "@mindmesh/kernel/config";
import { type Database, migrate, openDatabase } from "@mindmesh/kernel/db";
import { openOutbound } from "@mindmesh/kernel/outbound";
import { loadMasterKeys, openSecrets } from "@mindmesh/kernel/secrets";
import { openBlobStore } from "@mindmesh/kernel/storage";
import {
  evaluateQuestions,
  evaluationFigures,
  type EvaluatedQuestion,
  findConnectionByName,
  questionSet,
} from "@mindmesh/query/evaluate";
import { Command } from "commander";
import { CommandError } from "./command-error.ts";
import { migrationOwners, withInstance } from "./open-instance.ts";

interface EvaluateOptions {
  connection: string;
  model: string;
  json?: string;
}

export function queryCommand(): Command {
  return new Command("query")
    .description("Query, the database assistant")
    .addCommand(
      new Command("evaluate")
        .description(
          "Ask a set of questions and count how many answers are right; docs/query-evaluation.md has the format",
        )
        .argument("<file>", "questions with their gold statements, as JSON")
        .requiredOption("--connection <id or name>", "the database to ask")
        .option(
          "--model <model>",
          "provider/model or a tier; `default` for the usual one, `none` for our own rules",
          "default",
        )
        .option("--json <file>", "also writes every answer there")
        .action(evaluate),
    );
}

async function evaluate(file: string, options: EvaluateOptions): Promise<void> {
  const set = questionSet.safeParse(JSON.parse(await readFile(file, "utf8")));
  if (!set.success) {
    const [issue] = set.error.issues;
    throw new CommandError(`${file} is no set of questions: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`);
  }
  const config = readConfig(process.env);
  await withInstance(config, {}, async ({ databaseUrl }, signal) => {
    await migrate(databaseUrl, migrationOwners);
    const db = openDatabase({ url: databaseUrl });
    const secrets = openSecrets(await loadMasterKeys(config));
    const outbound = openOutbound({ allowPrivate: config.OUTBOUND_ALLOW_PRIVATE });
    const onError = (error: unknown) => void process.stderr.write(`${String(error)}\n`);
    const ai = openGateway({ db, settings: config, secrets, outbound, onError });
    try {
      const connection = await theConnection(db, options.connection);
      const caller = await ownerOf(db, connection.workspaceId);
      const dependencies = { config, db, secrets, outbound, blobs: openBlobStore(config), ai };
      const results: EvaluatedQuestion[] = [];
      const asking = { set: set.data, model: options.model, signal };
      for await (const result of evaluateQuestions(dependencies, caller, connection.id, asking)) {
        results.push(result);
        const time = `${Math.round(result.milliseconds)} ms`.padStart(9);
        console.log(
          `${result.verdict.padEnd(8)} ${time}  ${result.id}: ${result.question}${result.note ? `\n           ${result.note}` : ""}`,
        );
      }
      const figures = evaluationFigures(set.data, results);
      const percent = (share: number | null) => (share === null ? "none asked" : `${(share * 100).toFixed(1)} %`);
      console.log(`\n${set.data.name}: ${figures.questions} questions, model ${options.model}`);
      console.log(`execution accuracy  ${percent(figures.executionAccuracy)}`);
      console.log(`refused rightly     ${percent(figures.refusalsRight)}`);
      console.log(`refused wrongly     ${figures.refusedWrongly}`);
      console.log(`failed              ${figures.failed}`);
      console.log(
        `cost                ${figures.costUsd === null ? "not known" : `${figures.costUsd.toFixed(4)} USD`}`,
      );
      console.log(`median time         ${Math.round(figures.medianMilliseconds)} ms`);
      if (options.json !== undefined)
        await writeFile(
          options.json,
          `${JSON.stringify({ set: set.data.name, model: options.model, figures, results }, null, 2)}\n`,
        );
    } finally {
      await ai.close();
      await outbound.close();
      await db.close();
    }
  });
}

async function theConnection(db: Database, idOrName: string) {
  const found = await findConnectionByName(db, idOrName);
  const [only] = found;
  if (!only) throw new CommandError(`There is no connection ${idOrName}.`);
  if (found.length > 1)
    throw new CommandError(
      `${found.length} connections are called ${idOrName}. Give an id: ${found.map(({ id }) => id).join(", ")}`,
    );
  return only;
}

/** The workspace's owner: an evaluation sees what they see. */
async function ownerOf(db: Database, workspaceId: string) {
  const { rows } = await db.pool.query<{ id: string; name: string; email: string }>(
    `SELECT p.id, p.name, p.email FROM kernel.members m JOIN kernel.people p ON p.id = m.person_id
     WHERE m.workspace_id = $1 AND m.role = 'owner' ORDER BY p.created_at LIMIT 1`,
    [workspaceId],
  );
  const [owner] = rows;
  if (!owner) throw new CommandError("The workspace of this connection has no owner.");
  return {
    personId: owner.id,
    name: owner.name,
    email: owner.email,
    isInstanceOwner: false,
    via: { kind: "session" as const, sessionId: "00000000-0000-7000-8000-000000000000" },
    scopes: new Set(["read", "write"] as const),
    workspaceId,
    role: "owner" as const,
  };
}
