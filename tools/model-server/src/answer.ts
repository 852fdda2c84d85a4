import type { ParsedBehaviour } from "./behaviour.ts";
import { describePrompt } from "./echo.ts";
import type { Prompt } from "./prompt.ts";
import { SAMPLES } from "./samples.ts";
import { sampleValue } from "./sample-value.ts";
import { countPromptTokens, countTokens, fitTokens } from "./tokens.ts";

export type Finish = "stop" | "length" | "tool-calls" | "content-filter";
export type ToolCall = { name: string; /** JSON text, unless a fault spoiled it. */ arguments: string };
export type Usage = { input: number; output: number; reasoning: number; cached: number };

/** What will be said, cut into the deltas in which a stream says it. */
export type Answer = {
  /** Number of the request on this server, from which all ids in the answer are made. */
  number: number;
  createdSeconds: number;
  model: string;
  reasoning: string[];
  text: string[];
  toolCalls: ToolCall[];
  /** null when a fault keeps the reason from the reader. */
  finish: Finish | null;
  /** null when a fault keeps the figures from the reader. */
  usage: Usage | null;
};

const HUGE_CHARACTERS = 40 * 1024 * 1024;
const STOCK_REASONING = "First I read the question. Then I count what was sent. Now I can answer.";

/** Adds numbered words until there are `words` of them. */
function fillUp(text: string, words: number): string {
  const have = splitWords(text).length;
  if (have >= words) return text;
  const more: string[] = [];
  for (let number = have + 1; number <= words; number += 1) {
    more.push(number % 20 === 0 ? `word${number}\n\n` : `word${number} `);
  }
  return `${text.trimEnd()}\n\n${more.join("").trimEnd()}`;
}

function splitWords(text: string): string[] {
  return text.match(/\s*\S+\s*/gu) ?? (text === "" ? [] : [text]);
}

/** Cuts `text` into `count` pieces (fewer when it is too short; its words when undefined), never inside a surrogate pair. */
export function splitIntoChunks(text: string, count: number | undefined): string[] {
  let units = splitWords(text);
  if (count === undefined) return units;
  if (units.length < count) units = Array.from(text);
  const wanted = Math.min(count, units.length);
  return Array.from({ length: wanted }, (_, piece) =>
    units
      .slice(Math.floor((piece * units.length) / wanted), Math.floor(((piece + 1) * units.length) / wanted))
      .join(""),
  );
}

/** The whole text that `behaviour` wants for `prompt`: given words, a sample, or the echo, filled up to its chunks. */
export function wholeText(prompt: Prompt, behaviour: ParsedBehaviour): string {
  if (behaviour.fault === "huge-chunk") return "x".repeat(behaviour.bytes ?? HUGE_CHARACTERS);
  if (behaviour.text !== undefined) return behaviour.text;
  if (prompt.json !== null && !behaviour.sample) {
    return JSON.stringify(prompt.json === true ? { answer: describePrompt(prompt) } : sampleValue(prompt.json));
  }
  const text = behaviour.sample ? SAMPLES[behaviour.sample] : describePrompt(prompt);
  return behaviour.chunks === undefined ? text : fillUp(text, behaviour.chunks);
}

/** Tools to call: those asked for or that must be called, unless their results are already here. */
function chooseToolCalls(prompt: Prompt, behaviour: ParsedBehaviour): ToolCall[] {
  if (prompt.messages.at(-1)?.role === "tool" && !behaviour.callsAgain) return [];
  const spoiled = behaviour.fault === "bad-tool-arguments";
  const forced = prompt.mustCall === true ? prompt.tools[0] : prompt.mustCall;
  const chosen = forced || (spoiled && (prompt.tools[0] ?? "lookup"));
  const calls =
    behaviour.toolCalls ??
    (chosen ? [{ name: chosen, arguments: JSON.stringify(sampleValue(prompt.toolSchemas[chosen] ?? {})) }] : []);
  return calls.map((call) => ({
    name: call.name,
    arguments: spoiled
      ? '{"broken": "arguments'
      : typeof call.arguments === "string"
        ? call.arguments
        : JSON.stringify(call.arguments),
  }));
}

function chooseReasoning(prompt: Prompt, behaviour: ParsedBehaviour): string {
  const wanted = behaviour.reasoning ?? prompt.wantsReasoning;
  return wanted === false ? "" : wanted === true ? STOCK_REASONING : wanted;
}

function chooseUsage(counted: Usage, behaviour: ParsedBehaviour): Usage | null {
  if (behaviour.fault === "no-usage") return null;
  if (behaviour.fault === "zero-usage") return { input: 0, output: 0, reasoning: 0, cached: 0 };
  return behaviour.usage ?? counted;
}

/**
 * Works out the answer to `prompt` under `behaviour`; the same input always gives the same words.
 * `said` is the beginning of the text that the prompt already holds and that is not to be repeated.
 */
export function composeAnswer(prompt: Prompt, behaviour: ParsedBehaviour, said: string, number: number): Answer {
  const toolCalls = chooseToolCalls(prompt, behaviour);
  const silent = toolCalls.length > 0 && behaviour.text === undefined;
  const full = silent ? "" : wholeText(prompt, behaviour).slice(said.length);
  // A server gone mad does not mind the limit either.
  const unlimited = prompt.maxTokens === null || behaviour.fault === "huge-chunk";
  const fitted = unlimited ? { text: full, cut: false } : fitTokens(full, prompt.maxTokens ?? 0);
  const reasoning = chooseReasoning(prompt, behaviour);
  const finish = behaviour.finish ?? (fitted.cut ? "length" : toolCalls.length > 0 ? "tool-calls" : "stop");
  const calling = toolCalls.map((call) => call.name + call.arguments).join("");
  const counted: Usage = {
    input: countPromptTokens(prompt) + countTokens(said),
    output: countTokens(fitted.text) + countTokens(reasoning) + countTokens(calling),
    reasoning: countTokens(reasoning),
    cached: 0,
  };
  return {
    number,
    createdSeconds: Math.floor(Date.now() / 1000),
    model: prompt.model,
    reasoning: splitWords(reasoning),
    text: behaviour.fault === "huge-chunk" ? [fitted.text] : splitIntoChunks(fitted.text, behaviour.chunks),
    toolCalls,
    finish: behaviour.fault === "no-finish" ? null : finish,
    usage: chooseUsage(counted, behaviour),
  };
}
