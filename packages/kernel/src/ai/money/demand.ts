import type { ModelContent, ModelMessage } from "../messages.ts";

/** How many tokens a prompt has. */
export interface PromptSize {
  /** It cannot have more: no tokeniser makes more tokens than the text has bytes. */
  most: number;
  /** It has about so many. */
  likely: number;
}

/** What is asked of a model, as far as it has a size. */
export interface Demand {
  system?: string | undefined;
  messages: ModelMessage[];
  tools?: unknown;
  output?: unknown;
}

// What providers add of their own: marks around messages and the words that explain tools (Anthropic: up to 530).
const perCall = 1024;
const perMessage = 16;
// An image at the size that providers scale it to: Anthropic 1,600, Google 258 a tile, OpenAI up to 1,500 for most models.
const perImage = { most: 6_000, likely: 1_500 };
// A PDF page is about 3,000 tokens and seldom less than 10 kB.
const perFileByte = { most: 0.5, likely: 0.05 };

/** About how many tokens a text has: four letters each in English, one or so a character in Chinese. */
export function likelyTokens(length: number, bytes: number): number {
  return length / 4 + (bytes - length) * 0.3;
}

/**
 * The size of a prompt. Counted by length instead of by a tokeniser: tokenisers differ by provider, need megabytes, and
 * some need a minute for 200,000 times the same letter.
 */
export function promptSize({ system, messages, tools, output }: Demand): PromptSize {
  let most = perCall;
  let likely = 0;
  const addText = (text: string) => {
    const bytes = Buffer.byteLength(text);
    most += bytes;
    likely += likelyTokens(text.length, bytes);
  };
  const addContent = (content: ModelContent) => {
    if (content.type === "text") addText(content.text);
    else if (content.type === "image") {
      most += perImage.most;
      likely += perImage.likely;
    } else if (content.type === "file") {
      const bytes = typeof content.data === "string" ? content.data.length * 0.75 : content.data.byteLength;
      const isText = content.mediaType.startsWith("text/") || content.mediaType === "application/json";
      most += isText ? bytes + perMessage * 8 : Math.max(perImage.most, bytes * perFileByte.most);
      likely += isText ? bytes / 4 : Math.max(perImage.likely, bytes * perFileByte.likely);
    } else addText(JSON.stringify(content));
  };
  if (system !== undefined) addText(system);
  for (const { content } of messages) {
    most += perMessage;
    likely += 4;
    if (typeof content === "string") addText(content);
    else for (const each of content) addContent(each);
  }
  for (const part of [tools, output]) if (part !== undefined) addText(JSON.stringify(part));
  return { most: Math.ceil(most), likely: Math.ceil(likely) };
}

/** What is reserved, and allowed, for an answer whose caller has set no limit. */
const usualMost = 16_384;

// Models that can write less, and refuse to be allowed more.
const smaller: [RegExp, number][] = [
  [/^gpt-(3\.5|4-|4$)|claude-3-(haiku|opus|sonnet)/, 4_096],
  [/^gemini-(1\.5|2\.0)|claude-3-5|llama-4|llama3?-8b/, 8_192],
];

/** The most tokens that a model is allowed to answer with under a budget when its caller has set no limit. */
export function mostOutputTokens(model: string): number {
  return smaller.find(([pattern]) => pattern.test(model))?.[1] ?? usualMost;
}
