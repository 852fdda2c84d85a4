import { searchHit } from "@mindmesh/contracts/chat";
import { id, line, moment, prose } from "@mindmesh/contracts/fields";
import type { Database } from "@mindmesh/kernel/db";
import { type Tool, defineTool } from "@mindmesh/kernel/tools";
import { z } from "zod";
import { createConversation } from "./create-conversation.ts";
import { deleteConversation, emptyTrash } from "./delete-conversations.ts";
import { createFolder, listFolders } from "./folders.ts";
import { listConversations } from "./list-conversations.ts";
import { listTags } from "./list-tags.ts";
import { readShownBranch } from "./read-shown-branch.ts";
import { search } from "./search.ts";
import { updateConversation } from "./update-conversation.ts";

const brief = z.object({
  id,
  title: z.string(),
  folderId: id.nullable(),
  tags: z.array(z.string()),
  pinned: z.boolean(),
  archived: z.boolean(),
  shared: z.boolean(),
  trashedAt: moment.nullable(),
  updatedAt: moment,
});
const place = z.object({ conversationId: id });
const folder = z.object({ id, name: z.string() });

const reads = { right: "workspace.read", scope: "read", risk: "read", idempotent: true, timeLimitMs: 10_000 } as const;
const writes = {
  right: "content.write",
  scope: "write",
  risk: "write",
  idempotent: true,
  timeLimitMs: 10_000,
} as const;

/** What Chat can do, for models, programs and agents: the same use cases as its routes. */
export function chatTools(db: Database): Tool[] {
  return [...readingTools(db), ...changingTools(db), ...endingTools(db)];
}

function readingTools(db: Database): Tool[] {
  return [
    defineTool({
      ...reads,
      name: "chat.search",
      title: "Search conversations",
      purpose: "Finds messages and titles that hold all the words, in what the person may see. Best first.",
      input: z.object({ query: prose(200).trim().min(1), limit: z.int().min(1).max(50).default(10) }),
      output: z.object({
        hits: z.array(
          searchHit
            .omit({ snippet: true })
            .extend({ excerpt: z.string().describe("The part of the text around the match.") }),
        ),
      }),
      run: async ({ query, limit }, { caller }) => {
        const hits = await search(db, caller, { q: query, limit });
        return {
          hits: hits.map(({ snippet, ...hit }) => ({ ...hit, excerpt: snippet.map(({ text }) => text).join("") })),
        };
      },
    }),
    defineTool({
      ...reads,
      name: "chat.listConversations",
      title: "List conversations",
      purpose: "Lists the person's conversations, last changed first: of a folder, a tag, the archive or the trash.",
      input: z.object({
        view: z.enum(["active", "archived", "trash", "shared"]).default("active"),
        folderId: id.optional(),
        tag: prose(40).optional(),
        limit: z.int().min(1).max(100).default(30),
        cursor: z.string().max(500).optional().describe("nextCursor of the page before."),
      }),
      output: z.object({ items: z.array(brief), nextCursor: z.string().nullable() }),
      run: (input, { caller }) => listConversations(db, caller, input),
    }),
    defineTool({
      ...reads,
      name: "chat.readConversation",
      title: "Read a conversation",
      purpose: "Gives the last messages of a conversation, as the branch that is shown.",
      input: place.extend({ messages: z.int().min(1).max(200).default(30).describe("How many, from the end.") }),
      output: z.object({
        conversation: brief,
        total: z.int().describe("Messages in the branch."),
        messages: z.array(
          z.object({ id, role: z.string(), text: z.string(), model: z.string().nullable(), createdAt: moment }),
        ),
      }),
      run: ({ conversationId, messages }, { caller }) => readShownBranch(db, caller, conversationId, messages),
    }),
    defineTool({
      ...reads,
      name: "chat.listFolders",
      title: "List folders",
      purpose: "Lists the person's folders for conversations, with their ids.",
      input: z.object({}),
      output: z.object({ folders: z.array(folder) }),
      run: async (_, { caller }) => ({ folders: await listFolders(db, caller) }),
    }),
    defineTool({
      ...reads,
      name: "chat.listTags",
      title: "List tags",
      purpose: "Lists the tags on the person's conversations with how often each is used.",
      input: z.object({}),
      output: z.object({ tags: z.array(z.object({ tag: z.string(), count: z.int() })) }),
      run: async (_, { caller }) => ({ tags: await listTags(db, caller) }),
    }),
  ];
}

function changingTools(db: Database): Tool[] {
  return [
    defineTool({
      ...writes,
      idempotent: false,
      name: "chat.createConversation",
      title: "Begin a conversation",
      purpose: "Makes a new, empty conversation.",
      input: z.object({
        title: line(200),
        systemPrompt: prose(20_000).optional(),
        folderId: id.optional(),
      }),
      output: brief,
      run: (input, { caller }) => createConversation(db, caller, input),
    }),
    defineTool({
      ...writes,
      name: "chat.changeConversation",
      title: "Change a conversation",
      purpose: "Renames a conversation, moves it to a folder (null: out of any), sets its tags, pins or archives it.",
      input: place.extend({
        title: line(200).optional(),
        folderId: id.nullable().optional(),
        tags: z.array(line(40)).max(20).optional().describe("All its tags; those that are not named go."),
        pinned: z.boolean().optional(),
        archived: z.boolean().optional(),
      }),
      output: brief,
      run: ({ conversationId, tags, ...change }, { caller }) =>
        updateConversation(db, caller, conversationId, {
          ...change,
          ...(tags && { tags: tags.map((tag) => tag.toLowerCase()) }),
        }),
    }),
    defineTool({
      ...writes,
      name: "chat.trashConversation",
      title: "Move to the trash",
      purpose: "Moves a conversation to the trash, from which it can be restored for 30 days; or restores it.",
      input: place.extend({ trashed: z.boolean().default(true).describe("false takes it out of the trash.") }),
      output: brief,
      run: ({ conversationId, trashed }, { caller }) => updateConversation(db, caller, conversationId, { trashed }),
    }),
    defineTool({
      ...writes,
      idempotent: false,
      name: "chat.createFolder",
      title: "Make a folder",
      purpose: "Makes a folder for conversations.",
      input: z.object({ name: line(100) }),
      output: folder,
      run: (input, { caller }) => createFolder(db, caller, input),
    }),
  ];
}

/** What cannot be taken back, or shows things to others. */
function endingTools(db: Database): Tool[] {
  const critical = { ...writes, risk: "critical" } as const;
  return [
    defineTool({
      ...critical,
      name: "chat.shareConversation",
      title: "Share a conversation",
      purpose: "Shares a conversation with everybody in the workspace, or ends that.",
      input: place.extend({ shared: z.boolean() }),
      output: brief,
      run: ({ conversationId, shared }, { caller }) => updateConversation(db, caller, conversationId, { shared }),
    }),
    defineTool({
      ...critical,
      name: "chat.deleteConversation",
      title: "Delete a conversation for good",
      purpose: "Deletes a conversation that is in the trash, for good.",
      input: place,
      output: z.object({ deleted: z.literal(true) }),
      run: async ({ conversationId }, { caller }) => {
        await deleteConversation(db, caller, conversationId);
        return { deleted: true as const };
      },
    }),
    defineTool({
      ...critical,
      name: "chat.emptyTrash",
      title: "Empty the trash",
      purpose: "Deletes all of the person's conversations in the trash for good.",
      input: z.object({}),
      output: z.object({ deleted: z.int().describe("How many conversations are gone.") }),
      run: async (_, { caller }) => ({ deleted: await emptyTrash(db, caller) }),
    }),
  ];
}
