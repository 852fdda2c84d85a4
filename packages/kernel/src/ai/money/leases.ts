import type { Database } from "../../db/index.ts";
import type { Notifications } from "../../realtime/index.ts";
import { overBudget } from "./budget-words.ts";
import type { Amounts, Applicable, Exhausted } from "./budgets.ts";
import {
  type Lease,
  type Told,
  endCall,
  isTrusted,
  newLease,
  take,
  takenInASecond,
  tellable,
  trust,
  untold,
} from "./lease.ts";
import {
  type Extended,
  type LeaseServer,
  type Warned,
  extendLeases,
  noteExhausted,
  recallChannel,
  recallLeases,
  releaseDeadReservations,
  settleLateCalls,
  settleLeases,
} from "./lease-statements.ts";

/** What a call holds of its budgets, in nanodollars. */
export interface Hold {
  granted: number;
  /** At the call's end, once. */
  settle(callId: string, spentNano: number): void;
}

/** This server's parts of budgets: calls are let through in memory, and the database is told in batches. */
export interface Leases {
  /**
   * Reserves for a call: of all its budgets or of none. Asks the database only when what this server holds is not enough.
   * @throws AppError budget_exhausted
   */
  hold(workspaceId: string, applicable: Applicable[], amounts: Amounts): Hold | Promise<Hold>;
  /** Gives back what no call holds, because another server asks for it or the budgets have changed. */
  giveBack(workspaceId: string): void;
  /** Resolves when every call that has ended is settled, or could not be. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface LeaseSettings {
  db: Database;
  server: LeaseServer;
  /** By which other servers ask for what this one does not need; without them nothing is kept beyond a call. */
  notifications: Pick<Notifications, "on" | "isListening"> | null;
  onWarned: (warned: Warned[]) => Promise<void>;
  onExhausted: (exhausted: Exhausted) => void;
  onError: (error: unknown) => void;
}

/**
 * Calls that end within so long are settled together: sooner than their records are written, so that a kill in between
 * counts them twice rather than not at all.
 */
const flushMs = 45;
const againAfterMs = 1_000;
/** What has not been used for so long is given back. */
const idleMs = 2_000;
/** While servers compete for the rest of a budget, nothing is kept beyond what calls hold. */
const contendedMs = 5_000;
const recallAgainMs = 1_000;

interface Waiting {
  applicable: Applicable[];
  amounts: Amounts;
  resolve(hold: Hold): void;
  reject(error: unknown): void;
}

interface WorkspaceLeases {
  id: string;
  /** By budget and subject. */
  leases: Map<string, Lease>;
  waiting: Waiting[];
  isAsking: boolean;
  /** A statement is on its way that counts on what is free. */
  isExtending: boolean;
  contendedUntil: number;
  recalledAt: number;
}

const nameOf = ({ budget, subject }: Applicable) => `${budget.id} ${subject}`;

export function openLeases({ db, server, notifications, onWarned, onExhausted, onError }: LeaseSettings): Leases {
  const workspaces = new Map<string, WorkspaceLeases>();
  const dirty = new Set<Lease>();
  let flushing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const idleTimer = setInterval(giveBackIdle, 1_000).unref();

  notifications?.on(recallChannel, (payload) => {
    const [workspaceId = "", asking] = payload.split(":");
    if (asking !== server.id) giveBack(workspaceId);
  });

  function leasesOf(workspaceId: string): WorkspaceLeases {
    let own = workspaces.get(workspaceId);
    if (!own) {
      own = {
        id: workspaceId,
        leases: new Map(),
        waiting: [],
        isAsking: false,
        isExtending: false,
        contendedUntil: 0,
        recalledAt: 0,
      };
      workspaces.set(workspaceId, own);
    }
    return own;
  }

  const keepsSpare = (own: WorkspaceLeases, now: number) =>
    !isClosed && notifications?.isListening() === true && now >= own.contendedUntil;

  /** Lets a call through if every lease has `least`. */
  function letThrough(
    own: WorkspaceLeases,
    applicable: Applicable[],
    { wanted }: Amounts,
    least: number,
    now: number,
  ): Hold | null {
    let granted = wanted;
    const leases: Lease[] = [];
    for (const each of applicable) {
      const lease = own.leases.get(nameOf(each));
      if (!lease || !isTrusted(lease, now) || lease.free < least) return null;
      granted = Math.min(granted, lease.free);
      leases.push(lease);
    }
    for (const lease of leases) take(lease, granted, now);
    return {
      granted,
      settle(callId, spentNano) {
        for (const lease of leases) {
          endCall(lease, callId, granted, spentNano);
          dirty.add(lease);
        }
        flushSoon();
      },
    };
  }

  function hold(workspaceId: string, applicable: Applicable[], amounts: Amounts): Hold | Promise<Hold> {
    const own = leasesOf(workspaceId);
    const held = own.waiting.length > 0 ? null : letThrough(own, applicable, amounts, amounts.wanted, Date.now());
    if (held) return held;
    return new Promise((resolve, reject) => {
      own.waiting.push({ applicable: [...applicable], amounts, resolve, reject });
      if (!own.isAsking) void ask(own);
    });
  }

  /** Asks for all calls that wait, as long as some do. */
  async function ask(own: WorkspaceLeases): Promise<void> {
    own.isAsking = true;
    while (own.waiting.length > 0) {
      const batch = own.waiting;
      own.waiting = [];
      try {
        const answers = await extend(own, batch);
        const left = letThroughAll(own, batch);
        if (left.length > 0) await lastResort(own, left, answers);
      } catch (error) {
        for (const call of batch) call.reject(error);
      }
    }
    own.isAsking = false;
    if (!keepsSpare(own, Date.now())) giveBackAll(own);
  }

  /** Those that could not be let through. */
  function letThroughAll(own: WorkspaceLeases, calls: Waiting[]): Waiting[] {
    const now = Date.now();
    return calls.filter(({ applicable, amounts, resolve }) => {
      const held = letThrough(own, applicable, amounts, amounts.minimum, now);
      if (held) resolve(held);
      return !held;
    });
  }

  /** Before anybody is refused: what has ended is settled, and what others hold without need is asked for. */
  async function lastResort(own: WorkspaceLeases, calls: Waiting[], before: Map<string, Extended>): Promise<void> {
    giveBackAll(own);
    await drain();
    const isShared = [...before.values()].some((answer) => answer.isShared);
    if (isShared && Date.now() - own.recalledAt > recallAgainMs) {
      own.contendedUntil = Date.now() + contendedMs;
      await recallLeases(db, server, own.id);
      own.recalledAt = Date.now();
    }
    await releaseDeadReservations(db, own.id);
    const answers = await extend(own, calls);
    for (const call of letThroughAll(own, calls)) await refuse(own, call, answers);
    // What was granted is less than was needed.
    giveBackAll(own);
  }

  async function refuse(own: WorkspaceLeases, call: Waiting, answers: Map<string, Extended>): Promise<void> {
    const { minimum } = call.amounts;
    const inTheWay = call.applicable.find((each) => (own.leases.get(nameOf(each))?.free ?? 0) < minimum);
    const answer = inTheWay && answers.get(nameOf(inTheWay));
    if (!answer) throw new Error("a budget refused that was not asked");
    const { budget, subject } = inTheWay;
    // Full for good only when what is spent leaves no room; running calls give back most of what they hold.
    const isHeld = answer.limitNano - answer.spentNano >= minimum;
    if (!isHeld && !answer.wasExhausted) {
      answer.wasExhausted = true;
      const { periodStart } = answer;
      const isFirst = await noteExhausted(db, { workspaceId: own.id, budgetId: budget.id, subject, periodStart });
      if (isFirst) onExhausted(inTheWay);
    }
    call.reject(overBudget({ ...budget, limitNano: answer.limitNano }, isHeld));
  }

  /** Asks for what the calls need beyond what is free, and a little more while nobody else needs it. */
  async function extend(own: WorkspaceLeases, calls: Waiting[]): Promise<Map<string, Extended>> {
    const needs = new Map<string, { of: Applicable; need: number }>();
    for (const { applicable, amounts } of calls) {
      for (const each of applicable) {
        const known = needs.get(nameOf(each));
        if (known) known.need += amounts.wanted;
        else needs.set(nameOf(each), { of: each, need: amounts.wanted });
      }
    }
    const answers = new Map<string, Extended>();
    own.isExtending = true;
    try {
      // A lease that was given up while this server was stopped is replaced by a new one.
      for (let tries = 0; tries < 3 && needs.size > 0; tries += 1) {
        const sentAt = Date.now();
        const spare = keepsSpare(own, sentAt);
        const leases = new Map<string, Lease>();
        const asked = [...needs].map(([name, { of, need }]) => {
          const lease = presentLease(own, of, sentAt);
          leases.set(name, lease);
          const { leaseId, budgetId, subject } = lease.key;
          const extra = spare ? takenInASecond(lease, sentAt) : 0;
          return { leaseId, budgetId, subject, need: Math.max(0, need - lease.free), extra };
        });
        const rows = new Map((await extendLeases(db, server, own.id, asked)).map((row) => [row.leaseId, row]));
        for (const [name, lease] of leases) {
          const row = rows.get(lease.key.leaseId);
          if (row?.granted === -1) {
            leave(lease);
            continue;
          }
          needs.delete(name);
          if (row) {
            lease.key.periodStart = row.periodStart;
            lease.periodEndMs = row.periodEndMs;
            lease.free += row.granted;
            lease.takenSince = 0;
            lease.extendedAt = sentAt;
            trust(lease, sentAt);
            own.leases.set(name, lease);
            answers.set(name, row);
          } else {
            // A budget that was deleted meanwhile is in nobody's way.
            for (const call of calls) call.applicable = call.applicable.filter((each) => nameOf(each) !== name);
          }
        }
      }
    } finally {
      own.isExtending = false;
    }
    return answers;
  }

  /** The lease of the present period, or a new one. */
  function presentLease(own: WorkspaceLeases, of: Applicable, now: number): Lease {
    const name = nameOf(of);
    const lease = own.leases.get(name);
    if (lease && now < lease.periodEndMs) return lease;
    if (lease) leave(lease);
    return newLease(own.id, of.budget.id, of.subject);
  }

  /** Calls that hold some of it settle it; the rest is given back. */
  function leave(lease: Lease): void {
    forget(lease);
    dirty.add(lease);
    flushSoon();
  }

  function giveBackAll(own: WorkspaceLeases): void {
    for (const lease of own.leases.values()) {
      lease.mustReturn = true;
      dirty.add(lease);
    }
    flushSoon();
  }

  function giveBack(workspaceId: string): void {
    const own = workspaces.get(workspaceId);
    if (!own) return;
    own.contendedUntil = Date.now() + contendedMs;
    giveBackAll(own);
    if (!own.isExtending) flush();
  }

  function giveBackIdle(): void {
    const before = Date.now() - idleMs;
    for (const own of workspaces.values()) {
      for (const lease of own.leases.values()) {
        if (lease.usedAt > before || (lease.free === 0 && lease.inCalls > 0)) continue;
        lease.mustReturn = true;
        dirty.add(lease);
        flushSoon();
      }
      if (own.leases.size === 0 && own.waiting.length === 0 && !own.isAsking) workspaces.delete(own.id);
    }
  }

  function flushSoon(): void {
    timer ??= setTimeout(flush, flushMs);
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    flushing ??= tellAll().finally(() => {
      flushing = undefined;
    });
  }

  /** What the database is to hear of the leases that have changed. */
  function gather(): { lease: Lease; told: Told }[] {
    const now = Date.now();
    const gathered: { lease: Lease; told: Told }[] = [];
    for (const lease of dirty) {
      const own = workspaces.get(lease.key.workspaceId);
      const mayReturn = lease.mustReturn || lease.isLeft || !own || !keepsSpare(own, now);
      // A statement on its way counts on what is free: it is given back afterwards.
      const mustWait = own?.isExtending === true && !lease.isLeft;
      if (!mayReturn || !mustWait) dirty.delete(lease);
      const isReturn = mayReturn && !mustWait;
      const told = tellable(lease, isReturn);
      if (isReturn) lease.mustReturn = false;
      if (!told) continue;
      if (told.settled.isEnd) forget(lease);
      gathered.push({ lease, told });
    }
    return gathered;
  }

  /** No call gets anything of the lease any more. */
  function forget(lease: Lease): void {
    lease.isLeft = true;
    const leases = workspaces.get(lease.key.workspaceId)?.leases;
    for (const [name, each] of leases ?? []) if (each === lease) leases?.delete(name);
  }

  async function tellAll(): Promise<void> {
    for (let batch = gather(); batch.length > 0; batch = gather()) {
      const sentAt = Date.now();
      try {
        const { gone, warned } = await settleLeases(
          db,
          batch.map(({ told }) => told.settled),
        );
        for (const { lease } of batch) if (!gone.has(lease.key.leaseId)) trust(lease, sentAt);
        if (gone.size > 0) await settleGone(batch.filter(({ lease }) => gone.has(lease.key.leaseId)));
        if (warned.length > 0) await onWarned(warned).catch(onError);
      } catch (error) {
        onError(error);
        for (const { lease, told } of batch) {
          untold(lease, told);
          dirty.add(lease);
        }
        if (!isClosed) timer ??= setTimeout(flush, againAfterMs);
        return;
      }
    }
    if (dirty.size > 0) flushSoon();
  }

  /** This server was taken for dead, and its calls were counted at what they had reserved. */
  async function settleGone(batch: { lease: Lease; told: Told }[]): Promise<void> {
    for (const { lease } of batch) forget(lease);
    const calls = batch.flatMap(({ told: { settled, ended } }) => ended.map((call) => ({ ...settled, ...call })));
    if (calls.length > 0) await settleLateCalls(db, calls);
  }

  async function drain(): Promise<void> {
    flush();
    for (let current = flushing; current; current = flushing) await current;
  }

  return {
    hold,
    giveBack,
    drain,
    async close() {
      isClosed = true;
      clearInterval(idleTimer);
      for (const own of workspaces.values()) giveBackAll(own);
      await drain();
      clearTimeout(timer);
    },
  };
}
