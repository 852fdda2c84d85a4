import { z } from "zod";
import { type Behaviour, type ParsedBehaviour, behaviourSchema } from "./behaviour.ts";
import { continues, splitContinuation } from "./continuation.ts";
import { readDirectives } from "./directives.ts";
import type { Format } from "./format.ts";
import { type Prompt, lastUserMessage } from "./prompt.ts";
import type { RecordedRequest } from "./record.ts";

export type ScriptedResponse = Behaviour | ((prompt: Prompt, request: RecordedRequest) => Behaviour);
export type Kind = "answer" | "embeddings" | "models" | "count-tokens";

/** What the server was told to do, apart from what the requests themselves ask. */
export type Control = {
  /** Holds for every answer until it is set again. */
  behaviour: ParsedBehaviour;
  fault: ParsedBehaviour;
  /** Which requests the fault strikes. */
  faultOn: Kind | "everything";
  script: ScriptedResponse[] | ((prompt: Prompt, request: RecordedRequest) => Behaviour | undefined);
  requiredKey: string | null;
  /** How often each fault with `times` has struck. */
  struck: Map<string, number>;
};

export function newControl(): Control {
  return { behaviour: {}, fault: {}, faultOn: "answer", script: [], requiredKey: null, struck: new Map() };
}

/** The body of POST /_control; `reset` is done first. */
export const controlSchema = z.strictObject({
  reset: z.boolean().optional(),
  behaviour: behaviourSchema.optional(),
  fault: behaviourSchema.nullable().optional(),
  faultOn: z.enum(["answer", "embeddings", "models", "count-tokens", "everything"]).optional(),
  script: z.array(behaviourSchema).optional(),
  requiredKey: z.string().nullable().optional(),
});
export type ControlOrder = z.input<typeof controlSchema>;

/** Carries out an order. Throws a ZodError that names the wrong field. */
export function applyOrder(control: Control, order: unknown): void {
  const { reset, behaviour, fault, faultOn, script, requiredKey } = controlSchema.parse(order);
  if (reset) Object.assign(control, newControl());
  if (behaviour) control.behaviour = behaviour;
  if (fault !== undefined) {
    control.fault = fault ?? {};
    control.struck.delete("server");
    control.faultOn = faultOn ?? "answer";
  }
  if (script) control.script = script;
  if (requiredKey !== undefined) control.requiredKey = requiredKey;
}

/** Leaves the fault out once it has struck as often as it may. */
function counted(control: Control, source: string, behaviour: ParsedBehaviour): ParsedBehaviour {
  if (behaviour.fault === undefined || behaviour.times === undefined) return behaviour;
  const struck = control.struck.get(source) ?? 0;
  if (struck < behaviour.times) {
    control.struck.set(source, struck + 1);
    return behaviour;
  }
  const { fault: _fault, ...well } = behaviour;
  return well;
}

/** The fault set for the whole server, for requests of one kind. */
export function serverFault(control: Control, kind: Kind): ParsedBehaviour {
  if (control.faultOn !== "everything" && control.faultOn !== kind) return {};
  return counted(control, "server", control.fault);
}

function nextScripted(control: Control, prompt: Prompt, request: RecordedRequest): ParsedBehaviour {
  const { script } = control;
  const next = typeof script === "function" ? script : script.shift();
  const behaviour = typeof next === "function" ? next(prompt, request) : next;
  return behaviour === undefined ? {} : behaviourSchema.parse(behaviour);
}

/** What the model's name and the last question ask; without `control` the faults are not counted. */
function directed(prompt: Prompt, control?: Control): ParsedBehaviour {
  const question = readDirectives(prompt.messages[lastUserMessage(prompt.messages)]?.text ?? "");
  const model = readDirectives(prompt.model);
  const count = (source: string, behaviour: ParsedBehaviour = {}) =>
    control ? counted(control, source, behaviour) : behaviour;
  return {
    ...count(`model ${prompt.model}`, model.behaviour),
    ...count(`message ${question.words}`, question.behaviour),
  };
}

/**
 * Decides how to answer: the server's behaviour, its fault, the script, the model's directives and the message's, each
 * overriding those before it. A prompt that ends in half an answer is continued when the words agree; `said` is that half.
 * Throws RefusedRequest for a misspelt directive.
 */
export function decide(
  control: Control,
  prompt: Prompt,
  request: RecordedRequest,
  prefill: Format["prefill"],
): { prompt: Prompt; behaviour: ParsedBehaviour; said: string } {
  const base = { ...control.behaviour, ...serverFault(control, "answer"), ...nextScripted(control, prompt, request) };
  const continued = splitContinuation(prompt, prefill);
  const goesOn =
    continued !== null &&
    continues(continued.prompt, { ...base, ...directed(continued.prompt) }, continued.said, continued.mayBeAll);
  const asked = goesOn ? continued : { prompt, said: "" };
  return { ...asked, behaviour: { ...base, ...directed(asked.prompt, control) } };
}
