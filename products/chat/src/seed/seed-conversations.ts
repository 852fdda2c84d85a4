import type { Transaction } from "@mindmesh/kernel/db";
import { v7 as uuidv7 } from "uuid";
import { conversations, folders, messages, presets } from "../schema.ts";

export interface MessageSeed {
  role: "user" | "assistant";
  /** Who wrote it; null for answers. */
  authorId: string | null;
  text: string;
  reasoning: string;
  status: "complete" | "interrupted";
  /** Index of the message that it follows; null for a first one. */
  after: number | null;
}

export interface ConversationSeed {
  title: string;
  ownerId: string;
  /** Name of a folder of the owner, made when it is first named. */
  folder: string | null;
  tags: string[];
  pinned: boolean;
  shared: boolean;
  archived: boolean;
  trashed: boolean;
  model: string;
  systemPrompt: string;
  /** When the first message was written; the others follow within minutes. */
  startedAt: Date;
  messages: MessageSeed[];
  /** Index of the last message of the branch that is shown. */
  shown: number;
}

export interface PresetSeed {
  ownerId: string;
  name: string;
  systemPrompt: string;
  model: string | null;
  shared: boolean;
}

const minute = 60_000;
/** Rough length of a token in characters of European languages, to have believable numbers. */
const charactersPerToken = 4;
/** US dollars per million tokens: what a model of the middle class costs. */
const price = { input: 3, output: 15 };

/**
 * Fills a new workspace with conversations, folders and presets, within the caller's transaction. For demonstrations:
 * no model is called, and tokens and costs are estimated from the length of the text.
 */
export async function seedConversations(
  tx: Transaction,
  workspaceId: string,
  seeds: { conversations: ConversationSeed[]; presets: PresetSeed[] },
): Promise<void> {
  const folderIds = new Map<string, string>();
  for (const seed of seeds.conversations) {
    const key = `${seed.ownerId}/${seed.folder}`;
    if (seed.folder !== null && !folderIds.has(key)) {
      const id = uuidv7();
      const position = folderIds.size;
      await tx.insert(folders).values({ workspaceId, id, ownerId: seed.ownerId, name: seed.folder, position });
      folderIds.set(key, id);
    }
    await insertConversation(tx, workspaceId, seed, folderIds.get(key) ?? null);
  }
  for (const preset of seeds.presets) {
    await tx.insert(presets).values({ workspaceId, id: uuidv7(), ...preset });
  }
}

async function insertConversation(
  tx: Transaction,
  workspaceId: string,
  seed: ConversationSeed,
  folderId: string | null,
): Promise<void> {
  const id = uuidv7({ msecs: seed.startedAt.getTime() });
  const at = (index: number) => new Date(seed.startedAt.getTime() + index * 2 * minute).toISOString();
  const ids = seed.messages.map((_, index) => uuidv7({ msecs: Date.parse(at(index)) }));
  const updatedAt = at(seed.messages.length);
  await tx.insert(conversations).values({
    workspaceId,
    id,
    ownerId: seed.ownerId,
    title: seed.title,
    titled: true,
    model: seed.model,
    systemPrompt: seed.systemPrompt,
    folderId,
    tags: seed.tags,
    pinned: seed.pinned,
    shared: seed.shared,
    archived: seed.archived,
    trashedAt: seed.trashed ? updatedAt : null,
    currentMessageId: ids[seed.shown] ?? null,
    createdAt: at(0),
    updatedAt,
  });
  const rows = seed.messages.map((message, index) => ({
    workspaceId,
    id: ids[index] ?? uuidv7(),
    conversationId: id,
    parentId: message.after === null ? null : (ids[message.after] ?? null),
    role: message.role,
    authorId: message.authorId,
    text: message.text,
    reasoning: message.reasoning,
    status: message.status,
    createdAt: at(index),
    finishedAt: new Date(Date.parse(at(index)) + minute / 4).toISOString(),
    ...(message.role === "assistant" && { model: seed.model, ...estimatedUsage(seed, index) }),
  }));
  await tx.insert(messages).values(rows);
}

function estimatedUsage(seed: ConversationSeed, index: number) {
  let read = seed.systemPrompt.length;
  for (let at = seed.messages[index]?.after ?? null; at !== null; at = seed.messages[at]?.after ?? null) {
    read += seed.messages[at]?.text.length ?? 0;
  }
  const { text = "", reasoning = "" } = seed.messages[index] ?? {};
  const inputTokens = Math.ceil(read / charactersPerToken);
  const outputTokens = Math.ceil((text.length + reasoning.length) / charactersPerToken);
  return {
    inputTokens,
    outputTokens,
    costUsd: (inputTokens * price.input + outputTokens * price.output) / 1e6,
    reasoningTokens: reasoning === "" ? null : Math.ceil(reasoning.length / charactersPerToken),
  };
}
