import type { ToolDescription } from "@mindmesh/contracts/tools";
import type { ModelTool } from "@mindmesh/kernel/ai";
import { storableText } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import type { MemberCaller } from "@mindmesh/kernel/http";
import type { ToolCallRow, ToolOutcome, Tools } from "@mindmesh/kernel/tools";
import { v7 as uuidv7 } from "uuid";
import type { CallWriter } from "./answer-calls.ts";
import type { AnswerCallRow, SignedStep } from "./schema.ts";
import { resultCharacters } from "./tool-messages.ts";

/** Characters of a name that every provider takes. */
const longestName = 64;
const mostInputCharacters = 100_000;

/** The tools that a person may use, under names that every provider takes. */
export interface OfferedTools {
  models: ModelTool[];
  /** By the name that the model knows. */
  byName: Map<string, ToolDescription>;
  /** The name that the model knows a tool by. */
  nameOf(tool: string): string;
}

/** `chat.search` becomes `chat_search`. */
export function offerTools(tools: ToolDescription[]): OfferedTools {
  const byName = new Map<string, ToolDescription>();
  for (const tool of tools) {
    const plain = modelName(tool.name);
    let name = plain;
    for (let number = 2; byName.has(name); number += 1) name = `${plain.slice(0, longestName - 4)}_${number}`;
    byName.set(name, tool);
  }
  const names = new Map([...byName].map(([name, tool]) => [tool.name, name]));
  return {
    byName,
    nameOf: (tool) => names.get(tool) ?? modelName(tool),
    models: [...byName].map(([name, tool]) => ({
      name,
      description: tool.purpose,
      inputSchema: tool.inputSchema,
    })),
  };
}

const modelName = (name: string) => name.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, longestName) || "tool";

/** A call as the model asked for it. */
export interface AskedCall {
  id: string;
  name: string;
  /** JSON text, or what the model wrote in its place. */
  input: string;
  /** What the provider wants back with the result. */
  signed?: SignedStep;
}

/** Where in an answer calls stand. */
export interface CallPlace {
  workspaceId: string;
  messageId: string;
  position: number;
  step: number;
  textOffset: number;
}

export interface CallDependencies {
  tools: Pick<Tools, "call" | "resume">;
  writer: CallWriter;
  caller: MemberCaller;
  conversationId: string;
  offered: OfferedTools;
}

/**
 * Thrown when the server stops while a call waits, or while one runs that can be made again: the answer is left as it
 * is, for the next server to take over.
 */
export class LeftForAnother extends Error {}

/** Whether nothing changes when it is called a second time. */
export const isRepeatable = (tool: ToolDescription | undefined): boolean =>
  tool !== undefined && (tool.risk === "read" || tool.idempotent);

/**
 * Makes one call that a model asked for, and stores what becomes of it. Whatever is wrong with it becomes its result,
 * which the model is given; only a failure to store it throws.
 * @throws LeftForAnother
 */
export async function callTool(
  work: CallDependencies,
  asked: AskedCall,
  place: CallPlace,
  signal: AbortSignal,
): Promise<AnswerCallRow> {
  const tool = work.offered.byName.get(asked.name);
  const row = await work.writer.insert({
    ...place,
    id: uuidv7(),
    personId: work.caller.personId,
    modelCallId: storableText(asked.id).slice(0, 500),
    tool: tool?.name ?? storableText(asked.name).slice(0, 200),
    title: tool?.title ?? storableText(asked.name).slice(0, 200),
    input: storableText(asked.input).slice(0, mostInputCharacters),
    state: "running",
    output: null,
    error: null,
    resultBytes: null,
    cut: [],
    waitsForAdmin: false,
    argumentsHash: null,
    expiresAt: null,
    signed: asked.signed ?? null,
    revision: 1,
    startedAt: new Date().toISOString(),
    finishedAt: null,
  });
  return seeThrough(work, row, tool, signal, (hooks) => {
    if (!tool) throw unknownTool(asked.name, work.offered);
    return work.tools.call({ ...askOf(work, tool, row, asked.input), signal, ...hooks });
  });
}

/**
 * Goes on with a call that a server left open: waits for its approval as before (`resume`), or makes it once more
 * (`again`), which only a call may be that can be repeated. The same ends as `callTool`.
 */
export async function takeUpCall(
  work: CallDependencies,
  { row, way }: OpenCall,
  signal: AbortSignal,
): Promise<AnswerCallRow> {
  const tool = [...work.offered.byName.values()].find(({ name }) => name === row.tool);
  const { caller } = work;
  if (way === "resume") {
    return seeThrough(work, row, tool, signal, (hooks) =>
      work.tools.resume({ caller, callId: row.id, signal, ...hooks }),
    );
  }
  const again = await work.writer.change(row, { id: uuidv7(), state: "running", startedAt: new Date().toISOString() });
  return seeThrough(work, again, tool, signal, (hooks) => {
    if (!tool) throw unknownTool(row.tool, work.offered);
    return work.tools.call({ ...askOf(work, tool, again, row.input), signal, ...hooks });
  });
}

/** A call that a server left open, and how to go on with it. */
export interface OpenCall {
  row: AnswerCallRow;
  way: "resume" | "again";
}

function askOf(work: CallDependencies, tool: ToolDescription, row: AnswerCallRow, input: string) {
  const { caller, conversationId } = work;
  const subject = `conversation:${conversationId}`;
  return { caller, name: tool.name, input: readInput(input), origin: "chat" as const, subject, callId: row.id };
}

interface Hooks {
  onWaiting: (call: Pick<ToolCallRow, "argumentsHash" | "expiresAt" | "personApprovedAt">) => Promise<void>;
  onApproved: () => Promise<void>;
}

async function seeThrough(
  { writer }: CallDependencies,
  begun: AnswerCallRow,
  tool: ToolDescription | undefined,
  signal: AbortSignal,
  run: (hooks: Hooks) => Promise<ToolOutcome>,
): Promise<AnswerCallRow> {
  let row = begun;
  const end = (change: Partial<AnswerCallRow>) =>
    writer.change(row, { ...change, finishedAt: new Date().toISOString() });
  try {
    signal.throwIfAborted();
    const outcome = await run({
      onWaiting: async ({ argumentsHash, expiresAt, personApprovedAt }) => {
        const waitsForAdmin = personApprovedAt !== null;
        row = await writer.change(row, { state: "waiting", argumentsHash, expiresAt, waitsForAdmin });
      },
      onApproved: async () => {
        row = await writer.change(row, { state: "running", startedAt: new Date().toISOString() });
      },
    });
    if (outcome.state !== "done") throw new AppError("internal");
    const whole = JSON.stringify(outcome.output);
    const output = whole.slice(0, resultCharacters.now).toWellFormed();
    const count = (n: number) => n.toLocaleString("en");
    const cut =
      output.length < whole.length
        ? [...outcome.cut, `the first ${count(output.length)} of ${count(whole.length)} characters`]
        : outcome.cut;
    return await end({ state: "done", output, cut, resultBytes: outcome.call.resultBytes });
  } catch (error) {
    if (signal.aborted) {
      const isOpen = row.state === "waiting" || isRepeatable(tool);
      if (signal.reason === "stopping" && isOpen) throw new LeftForAnother(row.tool, { cause: error });
      return end({ state: "cancelled", error: "The answer was stopped." });
    }
    if (!(error instanceof AppError)) throw error;
    const state =
      error.code === "approval_void" ? "refused" : error.code === "call_cancelled" ? "cancelled" : ("failed" as const);
    return end({ state, error: error.message });
  }
}

function unknownTool(name: string, offered: OfferedTools): AppError {
  const names = [...offered.byName.keys()].join(", ");
  return new AppError("not_found", {
    message: `There is no tool named ${JSON.stringify(name.slice(0, 200))}. The tools are: ${names}.`,
  });
}

function readInput(text: string): unknown {
  try {
    return JSON.parse(text.trim() === "" ? "{}" : text) as unknown;
  } catch (cause) {
    throw new AppError("bad_request", { message: "The arguments are not valid JSON. Nothing was done.", cause });
  }
}
