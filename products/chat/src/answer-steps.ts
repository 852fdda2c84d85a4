import type { ModelGateway, ModelMessage, ModelPart, ModelRequest, ResultImage } from "@mindmesh/kernel/ai";
import type { ToolLimits } from "@mindmesh/contracts/tools";
import { type AnswerSpent, addSpent } from "./answer-spent.ts";
import type { AskedCall, CallPlace, OfferedTools } from "./call-tools.ts";
import { callRound } from "./call-round.ts";
import type { AnswerEnd } from "./finish-answer.ts";
import type { AnswerCallRow } from "./schema.ts";
import { answerMessages, resultCharacters } from "./tool-messages.ts";

export interface StepDependencies {
  ai: Pick<ModelGateway, "stream">;
  /** Takes text as it arrives; `settled` when all of it is stored. */
  writer: {
    text: { text: string };
    push(part: { kind: "text" | "reasoning"; text: string }): void;
    settled(): Promise<void>;
  };
  offered: OfferedTools | null;
  /** After which a person is asked. */
  limits: ToolLimits;
  callTool(asked: AskedCall, place: Omit<CallPlace, "workspaceId" | "messageId">): Promise<AnswerCallRow>;
  /** The pictures that a call made, for the model to look at. */
  imagesOf(call: AnswerCallRow): Promise<ResultImage[]>;
  /** Hears of what has been spent after each model call. */
  onSpent(spent: AnswerSpent): void;
  /** Hears when another model answers in the place of one that failed. */
  onSwitched(switched: Extract<ModelPart, { type: "switched" }>): void;
}

/**
 * Asks the model, calls the tools that it asks for, gives it the results and asks again, until it answers or a limit is
 * reached: then a person decides whether it goes on.
 * @param before the calls that this answer has made already, when it is continued
 * @throws what the model or the storing of a call throws; the signal's reason
 */
export async function answerInSteps(
  { ai, writer, offered, limits, callTool, imagesOf, onSpent, onSwitched }: StepDependencies,
  request: ModelRequest,
  before: AnswerCallRow[],
  signal: AbortSignal,
): Promise<AnswerEnd> {
  const messages = [...request.messages];
  let step = (before.at(-1)?.step ?? -1) + 1;
  let position = before.length;
  let spent: AnswerSpent | null = null;
  for (let taken = 1; ; taken += 1, step += 1) {
    const from = writer.text.text.length;
    const afterCalls = position > 0 && /[^\n]$/.test(writer.text.text);
    const { finish, calls } = await askModel({ ai, writer, onSwitched }, { ...request, messages, signal }, afterCalls);
    if (finish) onSpent((spent = addSpent(spent, finish)));
    signal.throwIfAborted();
    if (finish?.reason !== "tool-calls" || calls.length === 0 || offered === null) return endOf(finish);

    const textOffset = writer.text.text.length;
    const round = calls.slice(0, limits.callsInStep);
    const first = position;
    position += round.length;
    const done = await callRound(
      round,
      ({ name }) => offered.byName.get(name)?.risk === "read",
      async (asked, index) => {
        signal.throwIfAborted();
        return callTool(asked, { position: first + index, step, textOffset });
      },
    );
    signal.throwIfAborted();
    const images = new Map<string, ResultImage[]>();
    for (const call of done) {
      const shown = await imagesOf(call);
      if (shown.length > 0) images.set(call.id, shown);
    }
    messages.push(...stepMessages(writer.text.text, from, done, offered, images));
    const limit = limitReached(limits, taken, calls.length, spent);
    if (limit !== null) return { status: "interrupted", error: limit };
  }
}

/** What this step said and called, with the results, for the next request. */
function stepMessages(
  text: string,
  from: number,
  calls: AnswerCallRow[],
  offered: OfferedTools,
  images: ReadonlyMap<string, ResultImage[]>,
): ModelMessage[] {
  const moved = calls.map((call) => ({ ...call, textOffset: call.textOffset - from }));
  return answerMessages(text.slice(from), moved, resultCharacters.now, offered.nameOf, images);
}

function limitReached(limits: ToolLimits, taken: number, calls: number, spent: AnswerSpent | null): string | null {
  const { steps, callsInStep, costUsd } = limits;
  if (calls > callsInStep) {
    return `The model asked for ${calls} tool calls at once; the limit here is ${callsInStep}, so the first ${callsInStep} were made. Continue to let it go on.`;
  }
  if (taken >= steps) {
    return `The model has called tools ${steps} times in a row without an answer, which is the limit here. Continue to let it go on.`;
  }
  if ((spent?.costUsd ?? 0) >= costUsd) {
    return `This answer has cost $${(spent?.costUsd ?? 0).toFixed(2)} since it was begun or continued; the limit here is $${costUsd.toFixed(2)}. Continue to let it go on.`;
  }
  return null;
}

/** @param apart whether what the model says now begins a paragraph of its own, after what it said before its calls */
async function askModel(
  { ai, writer, onSwitched }: Pick<StepDependencies, "ai" | "writer" | "onSwitched">,
  request: ModelRequest,
  apart: boolean,
) {
  let parts = apart ? 0 : 1;
  let finish: Extract<ModelPart, { type: "finish" }> | null = null;
  const calls: AskedCall[] = [];
  try {
    for await (const part of ai.stream(request)) {
      if (part.type === "finish") finish = part;
      else if (part.type === "tool-call") {
        const { id, name, input, signed } = part;
        calls.push({ id, name, input, ...(signed && { signed: { call: signed } }) });
      } else if (part.type === "switched") onSwitched(part);
      else if (part.type === "text" || part.type === "reasoning") {
        if (part.type === "text" && parts++ === 0) writer.push({ kind: "text", text: "\n\n" });
        writer.push({ kind: part.type, text: part.text });
      }
    }
  } finally {
    await writer.settled();
  }
  const [first] = calls;
  if (first && finish?.signed) first.signed = { ...first.signed, reasoning: finish.signed };
  return { finish, calls };
}

function endOf(finish: Extract<ModelPart, { type: "finish" }> | null): AnswerEnd {
  if (finish?.reason === "stop") return { status: "complete", error: null };
  if (finish?.reason === "length") {
    return { status: "interrupted", error: "The model reached its limit of output. Continue to get the rest." };
  }
  if (finish?.reason === "content-filter") {
    return { status: "interrupted", error: "The provider's content filter ended the answer." };
  }
  if (finish?.reason === "tool-calls") {
    return { status: "interrupted", error: "The model wants to call tools, which are switched off here." };
  }
  return { status: "interrupted", error: "The answer ended without saying that it was complete." };
}
