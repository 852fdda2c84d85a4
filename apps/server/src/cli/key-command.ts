import { newApiKeyBody } from "@mindmesh/contracts/workspaces";
import { theServer } from "@mindmesh/kernel/audit";
import { readConfig } from "@mindmesh/kernel/config";
import { type Database, type Transaction, migrate, openDatabase } from "@mindmesh/kernel/db";
import { createApiKey } from "@mindmesh/kernel/identity";
import { Command, InvalidArgumentError, Option } from "commander";
import type { z } from "zod";
import { checkFields } from "./check-fields.ts";
import { CommandError } from "./command-error.ts";
import { migrationOwners, withInstance } from "./open-instance.ts";
import { personOf } from "./person-of.ts";

interface KeyOptions {
  email?: string;
  scope: string;
  name: string;
  workspace?: string;
  days?: number;
}

export function keyCommand(): Command {
  return new Command("key").description("API keys").addCommand(
    new Command("create")
      .description("Print a new API key that acts for a person in one workspace")
      .option("--email <address>", "whose key it is; the server's owner when it is left out")
      .addOption(new Option("--scope <scope>", "what it may do").choices(["read", "write", "admin"]).default("read"))
      .option("--workspace <id or name>", "needed when the person belongs to several")
      .option("--name <name>", "how it is called in the list of keys", "Made on the command line")
      .option("--days <number>", "how long it is good for; for ever when it is left out", wholeNumber)
      .action(createKey),
  );
}

async function createKey(options: KeyOptions): Promise<void> {
  const { email, workspace, days = null, ...rest } = options;
  const input = checkFields(newApiKeyBody, { ...rest, expiresInDays: days });
  const made = await withInstance(readConfig(process.env), {}, async ({ databaseUrl }) => {
    await migrate(databaseUrl, migrationOwners);
    const db = openDatabase({ url: databaseUrl });
    return addKey(db, { email, workspace }, input).finally(() => db.close());
  });
  console.error(
    `An API key with the scope ${input.scope} for ${made.email} in ${made.workspace}. It is shown this once:`,
  );
  console.log(made.secret);
}

/**
 * Makes a key for the person with an address, the owner of the server where none is given, in the workspace with an id or a name, or in their only one.
 * @throws CommandError when the person or the workspace cannot be told
 */
export async function addKey(
  db: Database,
  whose: { email: string | undefined; workspace: string | undefined },
  input: z.output<typeof newApiKeyBody>,
): Promise<{ secret: string; email: string; workspace: string }> {
  return db.system(async (tx) => {
    const person = await personOf(tx, whose.email);
    if (!person) throw new CommandError("Nobody has an account here yet. Make one with: user create");
    const workspace = await chooseWorkspace(tx, person.id, whose.workspace);
    const owner = { workspaceId: workspace.id, personId: person.id, name: person.name };
    const { secret } = await createApiKey(tx, owner, input, theServer);
    return { secret, email: person.email, workspace: workspace.name };
  });
}

async function chooseWorkspace(
  tx: Transaction,
  personId: string,
  wanted: string | undefined,
): Promise<{ id: string; name: string }> {
  const { rows } = await tx.client.query<{ id: string; name: string }>(
    `SELECT w.id, w.name FROM kernel.workspaces w JOIN kernel.members m ON m.workspace_id = w.id
     WHERE m.person_id = $1 ORDER BY w.name`,
    [personId],
  );
  const fitting = wanted === undefined ? rows : rows.filter(({ id, name }) => id === wanted || name === wanted);
  const [only] = fitting;
  if (fitting.length === 1 && only) return only;
  const list = rows.map(({ id, name }) => `  ${id}  ${name}`).join("\n");
  const what =
    wanted === undefined ? "Say which workspace with --workspace" : `No single workspace is called ${wanted}`;
  throw new CommandError(rows.length === 0 ? "This person belongs to no workspace." : `${what}:\n${list}`);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number)) throw new InvalidArgumentError("It must be a whole number.");
  return number;
}
