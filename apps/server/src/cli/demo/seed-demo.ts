import { readFile, readdir } from "node:fs/promises";
import { seedConversations } from "@mindmesh/chat/seed";
import { theServer } from "@mindmesh/kernel/audit";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { createPerson, findPersonByEmail } from "@mindmesh/kernel/identity";
import { colleagues, demoPresets, demoWorkspace } from "./people.ts";
import { readConversation } from "./read-conversation.ts";

const folder = new URL("conversations/", import.meta.url);

/**
 * Makes the demo's workspace, with `personId` as its owner, in one transaction. Whatever was changed in it since stays
 * as it is: a workspace that exists is not touched.
 * @returns null when it exists already
 */
export async function seedDemo(
  db: Database,
  personId: string,
  now = new Date(),
): Promise<{ conversations: number; messages: number; people: number } | null> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".txt")).toSorted();
  const sources = await Promise.all(files.map((file) => readFile(new URL(file, folder), "utf8")));
  return db.system(async (tx) => {
    const made = await tx.client.query(
      "INSERT INTO kernel.workspaces (id, name) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
      [demoWorkspace.id, demoWorkspace.name],
    );
    if (made.rowCount === 0) return null;
    const people = new Map([["you", personId]]);
    await addMember(tx, personId, "owner");
    for (const { key, name, email, role } of colleagues) {
      const known = await findPersonByEmail(tx, email);
      const account = { email, name, passwordHash: null, emailVerified: false, isInstanceOwner: false };
      const person = known ?? (await createPerson(tx, account, theServer));
      people.set(key, person.id);
      await addMember(tx, person.id, role);
    }
    const conversations = sources.map((source) => readConversation(source, people, now));
    await seedConversations(tx, demoWorkspace.id, {
      conversations,
      presets: demoPresets.map(({ owner, ...preset }) => ({ ...preset, ownerId: people.get(owner) ?? personId })),
    });
    const messages = conversations.reduce((sum, each) => sum + each.messages.length, 0);
    return { conversations: conversations.length, messages, people: colleagues.length };
  });
}

async function addMember(tx: Transaction, personId: string, role: string): Promise<void> {
  await tx.client.query("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, $3)", [
    demoWorkspace.id,
    personId,
    role,
  ]);
}
