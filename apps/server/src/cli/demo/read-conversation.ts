import type { ConversationSeed, MessageSeed } from "@mindmesh/chat/seed";

const day = 24 * 3600 * 1000;

/**
 * A conversation of the demo from its text file: settings, an empty line, then blocks that begin with
 * `=== user|assistant|reasoning|interrupted [name] [after name] [by person]`. A block follows the one before unless it
 * says `after`; `reasoning` belongs to the answer that follows; `=== show name` names the end of the branch shown.
 * @param people short name to id
 * @throws Error naming what is wrong
 */
export function readConversation(source: string, people: Map<string, string>, now: Date): ConversationSeed {
  const [head = "", ...blocks] = source.split(/^=== /m);
  const settings = new Map(
    head
      .trim()
      .split("\n")
      .map((line): [string, string] => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
      }),
  );
  const title = settings.get("title") ?? "";
  const person = (name: string) => {
    const id = people.get(name);
    if (id === undefined) throw new Error(`${title}: there is nobody called ${name}`);
    return id;
  };
  const ownerId = person(settings.get("owner") ?? "you");
  const { messages, shown } = readMessages(blocks, title, ownerId, person);
  const folder = settings.get("folder") ?? "none";
  const yes = (name: string) => settings.get(name) === "yes";
  return {
    title,
    ownerId,
    folder: folder === "none" ? null : folder,
    tags: (settings.get("tags") ?? "").split(",").flatMap((tag) => (tag.trim() === "" ? [] : [tag.trim()])),
    pinned: yes("pinned"),
    shared: yes("shared"),
    archived: yes("archived"),
    trashed: yes("trashed"),
    model: settings.get("model") ?? "",
    systemPrompt: settings.get("system") ?? "",
    startedAt: new Date(now.getTime() - Number(settings.get("days") ?? "1") * day),
    messages,
    shown,
  };
}

function readMessages(blocks: string[], title: string, ownerId: string, person: (name: string) => string) {
  const messages: MessageSeed[] = [];
  const named = new Map<string, number>();
  let shown: number | undefined;
  let reasoning = "";
  const place = (name: string) => {
    const index = named.get(name);
    if (index === undefined) throw new Error(`${title}: there is no message called ${name}`);
    return index;
  };
  for (const block of blocks) {
    const end = block.indexOf("\n");
    const [kind, ...words] = block.slice(0, end).trim().split(/\s+/);
    const text = block.slice(end + 1).trim();
    const option = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
    if (kind === "show") shown = place(words[0] ?? "");
    else if (kind === "reasoning") reasoning = text;
    else if (kind === "user" || kind === "assistant" || kind === "interrupted") {
      const after = option("after");
      const role = kind === "user" ? "user" : "assistant";
      const by = option("by");
      messages.push({
        role,
        authorId: role === "user" ? (by === undefined ? ownerId : person(by)) : null,
        text,
        reasoning,
        status: kind === "interrupted" ? "interrupted" : "complete",
        after: after === undefined ? (messages.length === 0 ? null : messages.length - 1) : place(after),
      });
      reasoning = "";
      if (words[0] !== undefined && words[0] !== "after" && words[0] !== "by") named.set(words[0], messages.length - 1);
    } else throw new Error(`${title}: a block cannot begin with ${kind}`);
  }
  return { messages, shown: shown ?? messages.length - 1 };
}
