import { randomInt } from "node:crypto";
import { signUpBody } from "@mindmesh/contracts/identity";
import { theServer } from "@mindmesh/kernel/audit";
import { readConfig } from "@mindmesh/kernel/config";
import { type Database, migrate, openDatabase } from "@mindmesh/kernel/db";
import { createPerson, createWorkspace, hashPassword } from "@mindmesh/kernel/identity";
import { Command } from "commander";
import type { z } from "zod";
import { checkFields } from "./check-fields.ts";
import { CommandError } from "./command-error.ts";
import { migrationOwners, withInstance } from "./open-instance.ts";

interface UserOptions {
  email: string;
  name: string;
  password?: string;
  owner: boolean;
}

export function userCommand(): Command {
  return new Command("user")
    .description("Accounts of this server")
    .addCommand(
      new Command("create")
        .description("Make an account with a workspace of its own; the first one owns the server")
        .requiredOption("--email <address>")
        .requiredOption("--name <name>")
        .option("--password <password>", "at least 10 characters; made up and shown when it is left out")
        .option("--owner", "make it the owner of the server, which has none yet", false)
        .action(createUser),
    );
}

async function createUser(options: UserOptions): Promise<void> {
  const password = options.password ?? inventPassword();
  const account = checkFields(signUpBody, { email: options.email, name: options.name, password });
  const { owner } = await withInstance(readConfig(process.env), {}, async ({ databaseUrl }) => {
    await migrate(databaseUrl, migrationOwners);
    const db = openDatabase({ url: databaseUrl });
    return addAccount(db, account, options.owner).finally(() => db.close());
  });
  console.log(`${account.email} can sign in${owner ? " and owns the server" : ""}.`);
  if (options.password === undefined) console.log(`Password: ${password}`);
}

/**
 * Makes an account whose address counts as verified, for the operator vouches for it.
 * @throws AppError already_exists; CommandError when there is an owner already
 */
export async function addAccount(
  db: Database,
  account: Omit<z.output<typeof signUpBody>, "workspaceName">,
  owner: boolean,
): Promise<{ personId: string; workspaceId: string; owner: boolean }> {
  const passwordHash = await hashPassword(account.password);
  return db.system(async (tx) => {
    // The lock that sign-up takes too: exactly one becomes the owner.
    await tx.client.query("SELECT 1 FROM kernel.instance FOR UPDATE");
    const { rows } = await tx.client.query<{ people: number; owner: string | null }>(
      "SELECT count(*)::int AS people, max(email) FILTER (WHERE is_instance_owner) AS owner FROM kernel.people",
    );
    const { people = 0, owner: present = null } = rows[0] ?? {};
    if (owner && present !== null) {
      throw new CommandError(`${present} owns this server already and can hand it over under Settings, Server.`);
    }
    const first = people === 0;
    const person = await createPerson(
      tx,
      { email: account.email, name: account.name, passwordHash, emailVerified: true, isInstanceOwner: first || owner },
      theServer,
    );
    const name = `${account.name}'s workspace`.slice(0, 100);
    const workspace = await createWorkspace(tx, person.id, name, { ...theServer, personId: person.id });
    return { personId: person.id, workspaceId: workspace.id, owner: first || owner };
  });
}

/** 20 letters and digits that cannot be mistaken for each other: about 114 random bits. */
export function inventPassword(): string {
  const alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  const letters = Array.from({ length: 20 }, () => alphabet[randomInt(alphabet.length)]).join("");
  return letters.replace(/(.{5})(?=.)/g, "$1-");
}
