import { seedMessages } from "@mindmesh/chat/seed";
import { theServer } from "@mindmesh/kernel/audit";
import { readConfig } from "@mindmesh/kernel/config";
import { type Database, migrate, openDatabase } from "@mindmesh/kernel/db";
import { createWorkspace } from "@mindmesh/kernel/identity";
import { openBlobStore } from "@mindmesh/kernel/storage";
import { seedSampleShop } from "@mindmesh/query/seed";
import { Command, InvalidArgumentError } from "commander";
import { counted } from "./amounts.ts";
import { demoWorkspace } from "./demo/people.ts";
import { seedDemo } from "./demo/seed-demo.ts";
import { type Instance, migrationOwners, withInstance } from "./open-instance.ts";
import { personOf } from "./person-of.ts";
import { progressBar } from "./progress-bar.ts";
import { addAccount, inventPassword } from "./user-command.ts";

const demoOwner = { email: "demo@tidewater.example", name: "Robin Castell" };

export function seedCommand(): Command {
  return new Command("seed")
    .description("Fill a workspace")
    .addCommand(
      new Command("demo")
        .description("A workspace with believable content. A second run changes nothing.")
        .option("--email <address>", "who is to own it; the owner of the server when it is left out")
        .action((options: { email?: string }) => withDatabase((db, signal) => demo(db, options.email, signal))),
    )
    .addCommand(
      new Command("bench")
        .description("A workspace with many messages of made-up prose, for measurements")
        .option("--messages <number>", "how many", wholeNumber, 200_000)
        .option("--email <address>", "who is to own it; the owner of the server when it is left out")
        .action((options: { messages: number; email?: string }) =>
          withDatabase((db) => bench(db, options.messages, options.email)),
        ),
    );
}

function withDatabase(work: (db: Database, signal: AbortSignal) => Promise<void>): Promise<void> {
  return withInstance(readConfig(process.env), {}, async ({ databaseUrl }: Instance, signal) => {
    await migrate(databaseUrl, migrationOwners);
    const db = openDatabase({ url: databaseUrl });
    await work(db, signal).finally(() => db.close());
  });
}

async function demo(db: Database, email: string | undefined, signal: AbortSignal): Promise<void> {
  const owner = await findOwner(db, email);
  const made = await seedDemo(db, owner.id);
  if (made === null) {
    console.log(`The workspace "${demoWorkspace.name}" is there already. Nothing was added.`);
    return;
  }
  await seedShop(db, owner.id, signal);
  // A person made for the demo has no use for an empty workspace beside it, and would land in it.
  if (owner.emptyWorkspaceId !== undefined) {
    const { emptyWorkspaceId } = owner;
    await db.system((tx) => tx.client.query("DELETE FROM kernel.workspaces WHERE id = $1", [emptyWorkspaceId]));
  }
  console.log(
    `${owner.email} has a new workspace "${demoWorkspace.name}": ${counted(made.conversations, "conversation")} with ` +
      `${counted(made.messages, "message")}, ${counted(made.people, "colleague")}, a sample shop to ask about.`,
  );
  if (owner.password !== undefined) console.log(`Sign in as ${owner.email} with the password ${owner.password}`);
}

async function seedShop(db: Database, personId: string, signal: AbortSignal): Promise<void> {
  const config = readConfig(process.env);
  const bar = progressBar();
  const place = { workspaceId: demoWorkspace.id, personId };
  await seedSampleShop({ db, blobs: openBlobStore(config), config }, place, signal, (share) => {
    bar.show(share, "sample shop");
  }).finally(() => bar.end());
}

async function bench(db: Database, messages: number, email: string | undefined): Promise<void> {
  const owner = await findOwner(db, email);
  const begun = performance.now();
  const bar = progressBar();
  const workspace = await db
    .system(async (tx) => {
      const name = `Bench, ${counted(messages, "message")}`;
      const made = await createWorkspace(tx, owner.id, name, { ...theServer, personId: owner.id });
      await seedMessages(tx.client, {
        workspaceId: made.id,
        ownerId: owner.id,
        messages,
        progress: (written) => bar.show(written / messages, "messages"),
      });
      return made;
    })
    .finally(() => bar.end());
  await db.pool.query("ANALYZE chat.conversations, chat.messages");
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${counted(messages, "message")} in ${seconds} s. Workspace ${workspace.id} of ${owner.email}.`);
  if (owner.password !== undefined) console.log(`Sign in as ${owner.email} with the password ${owner.password}`);
}

/** The person with the address, or the owner of the server; on a server without people one is made. */
async function findOwner(
  db: Database,
  email: string | undefined,
): Promise<{ id: string; email: string; password?: string; emptyWorkspaceId?: string }> {
  const person = await db.system((tx) => personOf(tx, email));
  if (person) return person;
  const password = inventPassword();
  const { personId, workspaceId } = await addAccount(db, { ...demoOwner, password }, true);
  return { id: personId, email: demoOwner.email, password, emptyWorkspaceId: workspaceId };
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("It must be a whole number.");
  return number;
}
