import type { AskBody, AskOutcome, AskResult, AskStep, AskTurn } from "@mindmesh/contracts/query/ask";
import { type ModelGateway, ModelFailed, type ModelMessage } from "@mindmesh/kernel/ai";
import { credentialOf } from "@mindmesh/kernel/audit";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { catalogForModel } from "../catalog/catalog-for-model.ts";
import type { SessionDependencies } from "../connections/open-session.ts";
import { StatementFailure } from "../engines/engine.ts";
import { withSession } from "../explain/with-session.ts";
import { answerByRules } from "./built-in/answer.ts";
import { cacheKeyOf, cachedOutcome } from "./cached-answer.ts";
import { checkAnswer } from "./check-answer.ts";
import { describeSchema, quotedData } from "./describe-schema.ts";
import { type AskContext, loadContext } from "./load-context.ts";
import { askModel, modelRules } from "./model-answer.ts";
import { nearTables } from "./near-tables.ts";
import { linksOf, retrieve } from "./retrieve.ts";
import { keepTurn, readTurn } from "./turns.ts";
import type { RunDependencies } from "../statements/run-statement.ts";
import { runToEnd } from "../statements/run-to-end.ts";
import { splitChoices } from "./split-choices.ts";

export interface AskDependencies extends SessionDependencies {
  ai: Pick<ModelGateway, "generateObject" | "canCall" | "defaultModel" | "embed" | "embeddingModel">;
  /** What runs statements, with history, audit and cache; needed where answers are run. */
  statements?: RunDependencies;
  now?: () => Date;
}

export interface AskProgress {
  signal: AbortSignal;
  step(step: AskStep, text: string): void;
}

/** What a model is told of a schema, in tokens. */
const schemaTokens = 8000;
/** A statement is written anew at most so often after an error. */
const mostRepairs = 2;

interface Writing {
  outcome: AskOutcome;
  by: AskTurn["by"];
  model: string | null;
  costUsd: number | null;
  cachedFrom: string | null;
  result: AskResult | null;
}

/**
 * Answers a question about a connection: finds what of the schema it is about, has a statement written by a model or by our own
 * rules, checks it against guard and schema, has it planned, runs it within the connection's limits, and keeps the turn.
 * @throws AppError not_found, not_allowed, database_unreachable, budget_exhausted, model_failed; the signal's reason
 */
export async function askQuestion(
  dependencies: AskDependencies,
  caller: MemberCaller,
  connectionId: string,
  body: AskBody,
  progress: AskProgress,
): Promise<{ turn: AskTurn; result: AskResult | null }> {
  const begun = performance.now();
  const context = await loadContext(dependencies.db, caller, connectionId);
  const cacheKey = cacheKeyOf(context, body);
  const written = await answerQuestion(dependencies, caller, context, body, cacheKey, progress).catch(
    (error: unknown) => {
      progress.signal.throwIfAborted();
      if (error instanceof ModelFailed) throw new AppError("model_failed", { message: error.message, cause: error });
      throw error;
    },
  );
  progress.signal.throwIfAborted();
  const { result, ...kept } = written;
  const turn = await keepTurn(dependencies.db, caller, {
    ...kept,
    connectionId,
    question: body.question,
    cacheKey,
    milliseconds: performance.now() - begun,
  });
  return { turn, result };
}

const nobody = { model: null, costUsd: null, cachedFrom: null, result: null };
const refusal = (reason: string, help: string | null, sql: string | null = null): AskOutcome => ({
  kind: "refusal",
  reason,
  help,
  sql,
});

const consentHelp =
  "An admin can allow it: connection settings, “What may go to a model”, names of tables and columns. Values from the rows are a consent of their own.";

/** What comes of a question, without keeping it. @throws as `askQuestion`, and ModelFailed */
export async function answerQuestion(
  dependencies: AskDependencies,
  caller: MemberCaller,
  context: AskContext,
  body: AskBody,
  cacheKey: string,
  progress: AskProgress,
): Promise<Writing> {
  if (!context.catalog) {
    const help = "Read its schema first: section Schema. Until then nothing is known of its tables.";
    return {
      ...nobody,
      by: "built-in",
      outcome: refusal("The schema of this connection has not been read yet.", help),
    };
  }
  const way = body.by === "built-in" ? "rules" : await modelWay(dependencies, caller, context, body);
  if (way === "model") return byModel(dependencies, caller, context, body, cacheKey, progress);
  const why = {
    rules: null,
    "no consent": {
      reason: "This connection does not allow that names of its tables and columns go to a model.",
      help: consentHelp,
    },
    "no model": {
      reason: "No model is configured for you.",
      help: "Add a key under Settings, Models, or start Ollama on the server's machine.",
    },
  }[way];
  if (why && body.by === "model") return { ...nobody, by: "model", outcome: refusal(why.reason, why.help) };
  return byRules(dependencies, caller, context, body, progress, why);
}

/** Whether a model can and may be asked. */
async function modelWay(
  { ai }: AskDependencies,
  caller: MemberCaller,
  { row }: AskContext,
  { model }: AskBody,
): Promise<"model" | "no consent" | "no model"> {
  const tenant = tenantOf(caller);
  const isThere = model === undefined ? (await ai.defaultModel(tenant)) !== null : await ai.canCall(tenant, model);
  if (!isThere) return "no model";
  return row.consents.names ? "model" : "no consent";
}

async function byRules(
  dependencies: AskDependencies,
  caller: MemberCaller,
  context: AskContext,
  body: AskBody,
  progress: AskProgress,
  why: { reason: string; help: string } | null,
): Promise<Writing> {
  const { catalog, links, terms, row } = context;
  if (!catalog) throw new AppError("internal");
  progress.step("retrieve", `Looking through ${catalog.tables.length} tables`);
  progress.step("write", "Writing the statement by rules");
  const { question, choices } = splitChoices(body.question);
  const now = dependencies.now?.() ?? new Date();
  const found = await answerByRules({
    question,
    catalog,
    links,
    terms,
    engine: row.engine,
    now,
    chosenBefore: new Set(choices),
  });
  if (found.kind === "question") return { ...nobody, by: "built-in", outcome: found };
  const more = why
    ? `No model was used. With one, more can be asked. ${why.reason} ${why.help}`
    : "No model was used. Ask a model, or use words of the schema and the glossary.";
  if (found.kind === "refusal") return { ...nobody, by: "built-in", outcome: refusal(found.reason, more) };
  const tried = await tryStatement(dependencies, caller, context, { sql: found.sql, by: "built-in", body }, progress);
  if ("problem" in tried) return { ...nobody, by: "built-in", outcome: refusal(tried.problem, more, found.sql) };
  return { ...nobody, by: "built-in", ...outcomeOf(found.sql, tried, found.assumptions, 0) };
}

interface Tried {
  checked: Extract<Awaited<ReturnType<typeof checkAnswer>>, { ok: true }>;
  result: AskResult | null;
}

const outcomeOf = (
  sql: string,
  { checked, result }: Tried,
  assumptions: string[],
  repairs: number,
): { outcome: AskOutcome; result: AskResult | null } => ({
  outcome: {
    kind: "answer",
    sql,
    words: checked.words,
    tables: checked.tables,
    assumptions,
    warnings: [
      ...checked.warnings,
      ...(result && result.rows.length === 0
        ? [{ kind: "data" as const, message: "No row came. A value may be written differently in the data." }]
        : []),
    ],
    repairs,
    rows: result ? result.rows.length : null,
  },
  result,
});

/** Rows of a result that an answer shows. */
const shownRows = 200;

/** Guard, names, plan, run. What is wrong with the statement comes back as a problem; what is wrong with the way to it is thrown. */
async function tryStatement(
  dependencies: AskDependencies,
  caller: MemberCaller,
  context: AskContext,
  { sql, by, body }: { sql: string; by: AskTurn["by"]; body: AskBody },
  progress: AskProgress,
): Promise<Tried | { problem: string }> {
  const { row } = context;
  const { signal } = progress;
  progress.step("check", "Checking it against the schema");
  const checked = await checkAnswer(sql, context);
  if (!checked.ok) return { problem: checked.problem };
  try {
    const { statement } = checked;
    if (statement.plannable !== null) {
      progress.step("plan", "Asking the database for its plan");
      await withSession(dependencies, row, signal, (session) =>
        session.plan({ statement, parameters: [], limits: row.limits, signal, analyze: false }),
      );
    }
    if (!body.run || !dependencies.statements) return { checked, result: null };
    progress.step("run", "Running it");
    const actor = { personId: caller.personId, ip: null, requestId: null, ...credentialOf(caller) };
    const origin = by === "model" ? "model" : "person";
    const ask = { connectionId: row.id, sql, origin, rows: shownRows, fresh: body.fresh, signal } as const;
    const { statement: ran, rows } = await runToEnd(dependencies.statements, caller, actor, ask);
    const more = ran.stoppedBy !== null || ran.rows > rows.length;
    return { checked, result: { columns: ran.columns, rows, more, milliseconds: ran.milliseconds ?? 0 } };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError && (error.code === "statement_failed" || error.code === "statement_refused")) {
      return { problem: error.message };
    }
    if (!(error instanceof StatementFailure) || error.kind === "lost" || error.kind === "cancelled") throw error;
    return { problem: [error.message, error.hint].filter(Boolean).join(" ") };
  }
}

async function byModel(
  dependencies: AskDependencies,
  caller: MemberCaller,
  context: AskContext,
  body: AskBody,
  cacheKey: string,
  progress: AskProgress,
): Promise<Writing> {
  const { row } = context;
  const shown = context.catalog && catalogForModel(context.catalog, row.consents);
  if (!shown) return { ...nobody, by: "model", outcome: refusal("No names may go to a model.", consentHelp) };
  const before = body.fresh ? null : await cachedOutcome(dependencies.db, caller, row.id, cacheKey);
  if (before) return again(dependencies, caller, context, body, progress, before);

  progress.step("retrieve", `Looking through ${shown.tables.length} tables`);
  const links = linksOf(shown).concat(
    // Confirmed by people; their names are in the catalogue that may be shown.
    context.links.flatMap((link) => {
      const at = (table: { schema: string; name: string }) =>
        shown.tables.find((each) => each.schema === table.schema && each.name === table.name);
      const [from, to] = [at(link.from), at(link.to)];
      return !link.enforced && from && to ? [{ ...link, from, to }] : [];
    }),
  );
  const previous = body.after === undefined ? null : await readTurn(dependencies.db, caller, row.id, body.after);
  const asked = [previous?.question, body.question].filter(Boolean).join(" ");
  const apiKeyId = caller.via.kind === "api_key" ? caller.via.keyId : undefined;
  const writer = body.model ?? (await dependencies.ai.defaultModel(tenantOf(caller)));
  const meaning = await nearTables(dependencies.ai, {
    ...tenantOf(caller),
    apiKeyId,
    model: writer ?? "",
    question: asked,
    tables: shown.tables,
    signal: progress.signal,
  });
  const retrieved = retrieve(asked, {
    catalog: shown,
    links,
    terms: context.terms,
    examples: context.examples,
    samples: row.consents.samples,
    meaning,
  });
  const described = describeSchema(retrieved, links, schemaTokens);
  const messages: ModelMessage[] = [
    ...(previous
      ? [
          { role: "user" as const, content: previous.question },
          { role: "assistant" as const, content: JSON.stringify(briefly(previous.outcome)) },
        ]
      : []),
    { role: "user", content: `${described.text}\n\nQuestion: ${body.question}` },
  ];
  const today = (dependencies.now?.() ?? new Date()).toISOString().slice(0, 10);
  const system = modelRules(row.engine, shown.serverVersion, today);
  let costUsd: number | null = 0;
  let model: string | null = null;
  let problem = "";
  let sql: string | null = null;
  for (let repairs = 0; repairs <= mostRepairs; repairs += 1) {
    progress.step("write", repairs === 0 ? "Writing the statement" : `Writing it anew (${repairs} of ${mostRepairs})`);
    const request = { ...tenantOf(caller), apiKeyId, model: body.model, system, messages, signal: progress.signal };
    const { object, costUsd: cost, finish } = await askModel(dependencies.ai, request);
    costUsd = costUsd === null || cost === null ? null : costUsd + cost;
    model = finish.model;
    const made = { by: "model" as const, model, costUsd, cachedFrom: null };
    if (object.kind === "question" && object.question) {
      return {
        ...made,
        result: null,
        outcome: { kind: "question", text: object.question, choices: object.choices.slice(0, 8) },
      };
    }
    if (object.kind === "refusal" || object.sql === null) {
      return {
        ...made,
        result: null,
        outcome: refusal(object.reason ?? "The model gave no statement and no reason.", null),
      };
    }
    sql = object.sql.trim();
    const tried = await tryStatement(dependencies, caller, context, { sql, by: "model", body }, progress);
    if (!("problem" in tried)) return { ...made, ...outcomeOf(sql, tried, object.assumptions, repairs) };
    problem = tried.problem;
    messages.push(
      { role: "assistant", content: JSON.stringify(object) },
      {
        role: "user",
        content: `<database_error>${quotedData(problem)}</database_error>\nThe statement cannot be used. Write it anew, or refuse.`,
      },
    );
  }
  const reason = `The model wrote ${mostRepairs + 1} statements, and none can be used. The last one: ${problem}`;
  return {
    by: "model",
    model,
    costUsd,
    cachedFrom: null,
    result: null,
    outcome: refusal(reason, "Ask in other words, or add the terms to the glossary.", sql),
  };
}

const briefly = (outcome: AskOutcome) =>
  outcome.kind === "answer" ? { kind: "sql", sql: outcome.sql, assumptions: outcome.assumptions } : outcome;

/** An answer of a short while ago: its statement is checked and run again, for the rows are not kept. */
async function again(
  dependencies: AskDependencies,
  caller: MemberCaller,
  context: AskContext,
  body: AskBody,
  progress: AskProgress,
  before: { outcome: AskOutcome; model: string | null; cachedFrom: string },
): Promise<Writing> {
  const kept = { by: "model" as const, model: before.model, costUsd: 0, cachedFrom: before.cachedFrom };
  if (before.outcome.kind !== "answer") return { ...kept, outcome: before.outcome, result: null };
  const { sql, assumptions, repairs } = before.outcome;
  const tried = await tryStatement(dependencies, caller, context, { sql, by: "model", body }, progress);
  if ("problem" in tried)
    return {
      ...kept,
      result: null,
      outcome: refusal(tried.problem, "Ask anew to have the statement written again.", sql),
    };
  return { ...kept, ...outcomeOf(sql, tried, assumptions, repairs) };
}
