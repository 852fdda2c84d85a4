import { v7 as uuidv7 } from "uuid";
import { type Database, newId } from "../../db/index.ts";
import type { Connection, ModelName } from "../connection.ts";
import type { ModelFailed } from "../failures.ts";
import type { CallRecord, CallRecorder, CallStart } from "../model-calls.ts";
import { type Usage, costOf, ratesOf } from "../price.ts";
import { tellOfBudgets } from "./budget-alerts.ts";
import { nanoOf, unknownPrice } from "./budget-words.ts";
import type { Mail } from "../../notify/index.ts";
import type { Notifications } from "../../realtime/index.ts";
import { type Applicable, budgetsOf } from "./budgets.ts";
import { type Demand, likelyTokens, mostOutputTokens, promptSize } from "./demand.ts";
import { type Hold, openLeases } from "./leases.ts";
import { type MoneyRules, type RulesCache, keepRules } from "./money-rules.ts";
import { type SetPrice, setPriceFor, today } from "./set-prices.ts";

/** A call that is about to be made. */
export interface NewCall {
  start: CallStart & { userId: string };
  connection: Connection;
  name: ModelName;
  /** What is asked; measured only when a budget or a missing usage needs it. */
  demand: Demand;
  /** As the caller set it; 0 for calls that answer without tokens, such as embeddings. */
  maxOutputTokens: number | undefined;
}

/** A call whose money is reserved: its record, and what is paid at its end. */
export interface PaidCall extends Pick<CallRecord, "id" | "onRetry" | "onFirstPart" | "hasBegun"> {
  readonly retries: number;
  /** What the model is to be told: as the caller set it, or what the budgets can pay. */
  maxOutputTokens: number | undefined;
  /** Text that has come, for the case that its tokens are never reported. */
  onText(text: string): void;
  /** The first end counts. Returns the cost in US dollars by the reported usage; null when it is not known. */
  done(usage: Usage): number | null;
  failed(failure: ModelFailed): void;
  cancelled(): void;
}

/** Every call's money: prices, budgets, and the record of what was spent. */
export interface Ledger {
  /**
   * Reserves what the call may cost and begins its record. Costs no statement where the workspace has no budget, or this
   * server holds enough of it.
   * @throws AppError budget_exhausted, price_unknown
   */
  begin(call: NewCall): Promise<PaidCall>;
  rules: RulesCache;
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface LedgerDependencies {
  db: Database;
  recorder: CallRecorder;
  /** Of this process in `kernel.servers`; null where it is none, then its reservations are given up after an hour. */
  serverId: string | null;
  notifications: Notifications | null;
  mail: Pick<Mail, "send"> | null;
  onError: (error: unknown) => void;
}

export function openLedger({ db, recorder, serverId, notifications, mail, onError }: LedgerDependencies): Ledger {
  const rules = keepRules(db, notifications);
  const alerts = tellOfBudgets(db, rules, mail, onError);
  const leases = openLeases({
    db,
    server: { id: serverId ?? uuidv7(), isRegistered: serverId !== null },
    notifications,
    onWarned: alerts.warned,
    onExhausted: alerts.exhausted,
    onError,
  });
  rules.onChange(leases.giveBack);

  return {
    rules,
    async begin(call) {
      const { workspaceId } = call.start;
      const set = await rules.read(workspaceId);
      const price = priceOf(set, call.name);
      const applicable = budgetsOf(set.budgets, spenderOf(call), call.connection.source);
      let { maxOutputTokens } = call;
      let held: Hold | null = null;
      if (applicable.length > 0) {
        const amounts = amountsOf(call, price, applicable);
        if (amounts.wanted > 0) {
          held = await leases.hold(workspaceId, applicable, amounts);
          maxOutputTokens ??= amounts.outputTokensFor(held.granted);
        }
      }
      const callId = newId();
      const holding = held && serverId !== null ? { serverId, reservedNano: held.granted } : null;
      const record = recorder.begin(call.start, callId, holding);
      return payFor(call, price, record, maxOutputTokens, (spentNano) => held?.settle(callId, spentNano));
    },
    async drain() {
      await leases.drain();
      await alerts.drain();
    },
    async close() {
      await leases.close();
      await alerts.drain();
    },
  };
}

function spenderOf({ start: { userId, product, apiKeyId } }: NewCall) {
  return { userId, product, ...(apiKeyId !== null && { apiKeyId }) };
}

function priceOf({ prices }: MoneyRules, { provider, model }: ModelName): SetPrice | null {
  return prices.length === 0 ? null : setPriceFor(prices, `${provider}/${model}`, today());
}

/** With less than so many tokens for an answer it is not worth to begin. */
const fewestOutputTokens = 256;

/** What a call costs at worst. @throws AppError price_unknown when a budget refuses what cannot be limited */
function amountsOf({ connection, name, demand, maxOutputTokens }: NewCall, price: SetPrice | null, of: Applicable[]) {
  const { most } = promptSize(demand);
  const rates = ratesOf(connection, name.model, most, price);
  if (rates === null) {
    const strict = of.find(({ budget }) => budget.unknownPrices === "refuse");
    if (strict) throw unknownPrice(strict.budget, `${name.provider}/${name.model}`);
    return { wanted: 0, minimum: 0, outputTokensFor: () => undefined };
  }
  // Dollars per million tokens are a thousand nanodollars per token.
  const prompt = Math.ceil(most * Math.max(rates.input, rates.cacheWrite) * 1000);
  const wantedTokens = maxOutputTokens ?? mostOutputTokens(name.model);
  const leastTokens = maxOutputTokens ?? Math.min(wantedTokens, fewestOutputTokens);
  return {
    wanted: prompt + Math.ceil(wantedTokens * rates.output * 1000),
    minimum: prompt + Math.ceil(leastTokens * rates.output * 1000),
    outputTokensFor: (granted: number) =>
      rates.output === 0
        ? wantedTokens
        : Math.min(wantedTokens, Math.floor((granted - prompt) / (rates.output * 1000))),
  };
}

function payFor(
  { connection, name, demand }: NewCall,
  price: SetPrice | null,
  record: CallRecord,
  maxOutputTokens: number | undefined,
  settle: (spentNano: number) => void,
): PaidCall {
  let length = 0;
  let bytes = 0;
  let isOver = false;

  /** What was reported, and where nothing was, what was probably used. */
  function estimated(usage: Usage | null): Usage {
    return {
      inputTokens: usage?.inputTokens ?? promptSize(demand).likely,
      outputTokens: usage?.outputTokens ?? Math.ceil(likelyTokens(length, bytes)),
      reasoningTokens: usage?.reasoningTokens ?? null,
      cachedInputTokens: usage?.cachedInputTokens ?? null,
      cacheWriteTokens: usage?.cacheWriteTokens ?? null,
    };
  }

  /** The end of a call that probably was read and answered as far as it came. */
  function spent(reported: Usage | null) {
    const isEstimate = reported === null || reported.inputTokens === null || reported.outputTokens === null;
    const usage = isEstimate ? estimated(reported) : reported;
    const costUsd = costOf(connection, name.model, usage, price);
    settle(nanoOf(costUsd ?? 0));
    return { usage, costUsd, estimated: isEstimate };
  }

  const nothingSpent = { usage: null, costUsd: null, estimated: false };
  const once = (end: () => void) => {
    if (isOver) return;
    isOver = true;
    end();
  };
  return {
    id: record.id,
    get retries() {
      return record.retries;
    },
    onRetry: record.onRetry,
    onFirstPart: record.onFirstPart,
    hasBegun: record.hasBegun,
    maxOutputTokens,
    onText(text) {
      length += text.length;
      bytes += Buffer.byteLength(text);
    },
    done(usage) {
      once(() => record.done(spent(usage)));
      return costOf(connection, name.model, usage, price);
    },
    failed: (failure) =>
      once(() => {
        // What was refused or never reached is not billed; what broke off or was waited for in vain is, mostly.
        const isBilled = failure.interrupted || failure.kind === "timeout";
        if (!isBilled) settle(0);
        record.failed(failure, isBilled ? spent(null) : nothingSpent);
      }),
    cancelled: () => once(() => record.cancelled(spent(null))),
  };
}
