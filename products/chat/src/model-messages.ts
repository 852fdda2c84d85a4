import type { StoredFile } from "@mindmesh/contracts/files";
import type { ModelContent, ModelMessage } from "@mindmesh/kernel/ai";
import type { Database } from "@mindmesh/kernel/db";
import { type BlobStore, blobKey, fileTextForModel } from "@mindmesh/kernel/storage";
import type { OfferedTools } from "./call-tools.ts";
import type { BranchMessage } from "./read-branch.ts";
import type { AnswerCallRow } from "./schema.ts";
import { answerMessages, resultCharacters } from "./tool-messages.ts";

// What Anthropic, OpenAI and Gemini all take: these types, and 5 MB an image (Anthropic's limit, the smallest).
const modelImages = new Set(["image/png", "image/jpeg", "image/webp", "image/gif"]);
const mostImageBytes = 5 * 1024 * 1024;
const mostImages = 20;

/** Characters of attached text in one request when the model's window is unknown. */
const usualTextBudget = 200_000;

/**
 * Characters of attached text that fit: half of the window, at three characters a token, which holds for dense text.
 * @param contextTokens the model's window; null when unknown
 */
export function textBudget(contextTokens: number | null): number {
  return contextTokens === null ? usualTextBudget : Math.floor(contextTokens * 0.5 * 3);
}

export interface AttachmentDependencies {
  db: Database;
  blobs: BlobStore;
}

interface Budget {
  characters: number;
  images: number;
  notices: string[];
}

/**
 * The branch as a model reads it, with what its files hold. Newer files come first when there is not room for all.
 * @returns `notice` tells the person, in plain words, which files were cut or left out; null when none
 */
export async function modelMessages(
  dependencies: AttachmentDependencies,
  workspaceId: string,
  branch: BranchMessage[],
  parts: {
    files: Map<string, StoredFile[]>;
    calls: Map<string, AnswerCallRow[]>;
    /** Null: without tools, and then without the calls that earlier answers made. */
    offered: OfferedTools | null;
  },
  characters: number,
): Promise<{ messages: ModelMessage[]; notice: string | null }> {
  const budget: Budget = { characters, images: mostImages, notices: [] };
  const messages: ModelMessage[] = [];
  const last = branch.at(-1);
  for (const message of branch.toReversed()) {
    const calls = parts.offered === null ? undefined : parts.calls.get(message.id);
    if (calls && parts.offered) {
      const most = message === last ? resultCharacters.now : resultCharacters.later;
      messages.unshift(...answerMessages(message.text, calls, most, parts.offered.nameOf));
      continue;
    }
    const attached: ModelContent[] = [];
    for (const file of parts.files.get(message.id) ?? []) {
      attached.push(await contentOf(dependencies, workspaceId, file, budget));
    }
    const text: ModelContent[] = message.text === "" ? [] : [{ type: "text", text: message.text }];
    messages.unshift({
      role: message.role,
      content: attached.length === 0 ? message.text : [...attached, ...text],
    });
  }
  return { messages, notice: budget.notices.length === 0 ? null : budget.notices.join(" ") };
}

async function contentOf(
  dependencies: AttachmentDependencies,
  workspaceId: string,
  file: StoredFile,
  budget: Budget,
): Promise<ModelContent> {
  if (modelImages.has(file.mediaType)) return imageContent(dependencies, workspaceId, file, budget);
  const read = await fileTextForModel(dependencies, { workspaceId, id: file.id });
  const name = JSON.stringify(file.name);
  if (read === null || read.text === "") {
    const why = read?.details.message ?? "It holds no text that can be read.";
    budget.notices.push(`${file.name} could not be given to the model: ${why}`);
    return { type: "text", text: `[The attached file ${name} could not be read. ${why}]` };
  }
  const whole = read.details.truncated?.totalCharacters ?? read.text.length;
  const kept = read.text.slice(0, budget.characters).toWellFormed();
  budget.characters -= kept.length;
  if (kept.length < whole) {
    const count = (n: number) => n.toLocaleString("en");
    budget.notices.push(
      kept === ""
        ? `${file.name} was left out: the files together are longer than the model can read.`
        : `Of ${file.name} the model was given the first ${count(kept.length)} of ${count(whole)} characters.`,
    );
  }
  const cut = kept.length < whole ? ` (cut: the first ${kept.length} of ${whole} characters)` : "";
  // Text of files is data: named and fenced, so that it cannot pass for the person's words.
  return { type: "text", text: `<file name=${name} type=${JSON.stringify(file.mediaType)}>${cut}\n${kept}\n</file>` };
}

async function imageContent(
  { blobs }: AttachmentDependencies,
  workspaceId: string,
  file: StoredFile,
  budget: Budget,
): Promise<ModelContent> {
  const leftOut = (why: string): ModelContent => {
    budget.notices.push(`${file.name} was not shown to the model: ${why}`);
    return { type: "text", text: `[The attached image ${JSON.stringify(file.name)} is not shown: ${why}]` };
  };
  if (file.bytes > mostImageBytes) return leftOut("it is larger than 5 MB. Attach a smaller version.");
  if (budget.images === 0) return leftOut(`a request can hold ${mostImages} images.`);
  budget.images -= 1;
  const chunks: Buffer[] = [];
  for await (const chunk of await blobs.get(blobKey({ workspaceId, id: file.id }))) chunks.push(chunk as Buffer);
  return { type: "image", mediaType: file.mediaType, data: Buffer.concat(chunks) };
}
