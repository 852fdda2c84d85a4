import type { Complexity } from "@mindmesh/contracts/routing";
import type { ModelMessage } from "../messages.ts";
import type { ModelRequest } from "../model-request.ts";
import { promptSize } from "../money/demand.ts";

/** What of a request decides where it goes. */
export interface Task {
  product: string;
  /** Of the prompt, estimated by its length. */
  promptTokens: number;
  hasImages: boolean;
  hasTools: boolean;
  complexity: Complexity;
}

function lastQuestion(messages: ModelMessage[]): string {
  const content = messages.findLast((each) => each.role === "user")?.content ?? "";
  if (typeof content === "string") return content;
  return content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
}

/** Points for one sign: 2 from `much` on, 1 from `some` on. */
function points(value: number, some: number, much: number): number {
  if (value >= much) return 2;
  return value >= some ? 1 : 0;
}

/**
 * Reads a request without understanding it: signs that hold in every language, each worth a point or two. 0 is simple,
 * 4 and more is hard. The caller's own word about the effort counts most.
 */
export function taskOf(request: ModelRequest): Task {
  const { messages, tools = [], product, reasoningEffort } = request;
  const promptTokens = promptSize(request).likely;
  const contents = messages.flatMap(({ content }) => (typeof content === "string" ? [] : content));
  const question = lastQuestion(messages);
  const effort = reasoningEffort === undefined ? 0 : { low: -2, medium: 0, high: 3 }[reasoningEffort];
  const score =
    effort +
    points(question.length, 300, 1500) +
    points(promptTokens, 4000, 24_000) +
    points(tools.length, 1, 8) +
    points(messages.length, 12, 40) +
    (question.includes("```") ? 1 : 0) +
    (contents.some((part) => part.type === "file") ? 1 : 0);
  return {
    product,
    promptTokens,
    hasImages: contents.some((part) => part.type === "image"),
    hasTools: tools.length > 0,
    complexity: score <= 0 ? "simple" : score < 4 ? "ordinary" : "hard",
  };
}
