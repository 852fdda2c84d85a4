import { v7 as uuidv7 } from "uuid";
import type { LeaseKey, Settled } from "./lease-statements.ts";

/**
 * After its last word with the database a server hands out of a lease for so long. It must be less than the six seconds
 * after which `kernel.release_leases` may take the server for dead, so that nobody spends what was given to others.
 */
const trustedMs = 4_000;

/** What a call holds of a lease, and at its end has spent of it. */
export interface EndedCall {
  callId: string;
  spent: number;
}

/**
 * A server's part of one budget, for one subject and period. What the database counts as held is always the sum of what
 * is free, what calls hold, and what is spent and not told yet. Nanodollars.
 */
export interface Lease {
  key: LeaseKey;
  free: number;
  /** Held by running calls. */
  inCalls: number;
  /** Of calls that have ended, not told to the database yet. */
  ended: EndedCall[];
  trustedUntil: number;
  periodEndMs: number;
  /** When it last let a call through. */
  usedAt: number;
  /** Taken by calls since it was last extended, and when that was: how fast it is used. */
  takenSince: number;
  extendedAt: number;
  /** The server gives back what is free at the next chance. */
  mustReturn: boolean;
  /** No call gets anything of it any more. */
  isLeft: boolean;
}

/** What the database is told of a lease. */
export interface Told {
  settled: Settled;
  ended: EndedCall[];
}

export function newLease(workspaceId: string, budgetId: string, subject: string): Lease {
  return {
    key: { workspaceId, leaseId: uuidv7(), budgetId, subject, periodStart: "" },
    free: 0,
    inCalls: 0,
    ended: [],
    trustedUntil: 0,
    periodEndMs: Number.POSITIVE_INFINITY,
    usedAt: Date.now(),
    takenSince: 0,
    extendedAt: 0,
    mustReturn: false,
    isLeft: false,
  };
}

export function isTrusted(lease: Lease, now: number): boolean {
  return now < lease.trustedUntil && now < lease.periodEndMs;
}

/** The database has just confirmed the lease, in a statement that was sent at `sentAt`. */
export function trust(lease: Lease, sentAt: number): void {
  lease.trustedUntil = Math.max(lease.trustedUntil, sentAt + trustedMs);
}

export function take(lease: Lease, amount: number, now: number): void {
  lease.free -= amount;
  lease.inCalls += amount;
  lease.takenSince += amount;
  lease.usedAt = now;
}

/** A call has ended: what it did not spend can be taken by the next one. */
export function endCall(lease: Lease, callId: string, reserved: number, spent: number): void {
  lease.inCalls -= reserved;
  lease.free += reserved - spent;
  lease.ended.push({ callId, spent });
}

/** As much as a second takes at the speed since it was last extended. */
export function takenInASecond(lease: Lease, now: number): number {
  return lease.extendedAt === 0 ? 0 : Math.round((lease.takenSince * 1000) / Math.max(1, now - lease.extendedAt));
}

/**
 * What the database is to be told of the lease; null when there is nothing. Takes it out of the lease: `untold` puts it
 * back should the telling fail.
 */
export function tellable(lease: Lease, isReturn: boolean): Told | null {
  // Never confirmed by the database: there is nothing to tell.
  if (lease.key.periodStart === "") return null;
  const returned = isReturn ? lease.free : 0;
  if (lease.ended.length === 0 && !isReturn) return null;
  const { ended } = lease;
  lease.ended = [];
  lease.free -= returned;
  const spent = ended.reduce((sum, call) => sum + call.spent, 0);
  const isEnd = isReturn && lease.inCalls === 0;
  return { settled: { ...lease.key, spent, returned, isReturn, isEnd }, ended };
}

export function untold(lease: Lease, { settled, ended }: Told): void {
  lease.ended = [...ended, ...lease.ended];
  lease.free += settled.returned;
}
