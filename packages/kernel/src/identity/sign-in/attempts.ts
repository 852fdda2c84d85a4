import { createHash } from "node:crypto";
import type { Database, Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { networkOf } from "../../http/index.ts";

/** How many failures a subject may have before it is locked, and how the lock grows with each further one. */
interface Rule {
  free: number;
  firstLockSeconds: number;
  longestLockSeconds: number;
  /** Without a failure for this long the count begins anew. */
  forgetSeconds: number;
}

interface Subject {
  key: Buffer;
  rule: Rule;
}

const hour = 3600;
// One place that guesses at one account.
const pairRule: Rule = { free: 5, firstLockSeconds: 30, longestLockSeconds: hour, forgetSeconds: 24 * hour };
// One place that tries one password on many accounts. Generous, for offices behind one address.
const addressRule: Rule = { free: 50, firstLockSeconds: 60, longestLockSeconds: hour, forgetSeconds: hour };
// Many places that guess at one account. Short at its longest, since a stranger can cause it; devices that have signed
// in before are not counted here (OWASP: device cookies), and a reset of the password lifts it.
const accountRule: Rule = { free: 50, firstLockSeconds: 60, longestLockSeconds: 15 * 60, forgetSeconds: hour };

/** Where an attempt to sign in comes from. */
export interface AttemptOrigin {
  email: string;
  ip: string;
  /** Id of the device cookie when this device has signed in to this account before. */
  knownDeviceId: string | null;
}

/** What an attempt to sign in is counted under; the same for addresses that have no account. */
export function signInSubjects({ email, ip, knownDeviceId }: AttemptOrigin): Subject[] {
  if (knownDeviceId !== null) return [subject(pairRule, "device", knownDeviceId)];
  const network = networkOf(ip);
  return [
    subject(pairRule, "pair", email, network),
    subject(addressRule, "address", network),
    subject(accountRule, "account", email),
  ];
}

/** What asking a signed-in person for the password again is counted under. */
export function confirmationSubjects(personId: string): Subject[] {
  return [subject(pairRule, "confirmation", personId)];
}

/** How an attempt ended. `undecided`: neither right nor wrong (the second factor is still to come). */
export type AttemptOutcome = "right" | "wrong" | "undecided";

/**
 * Runs `attempt` unless a subject is locked. Each attempt counts as failed before it is made and is taken back
 * afterwards, so that a hundred attempts at once are no way around the count.
 * @throws AppError locked_out with the seconds to wait, without having run it
 */
export async function countAttempt<T>(
  db: Database,
  subjects: Subject[],
  attempt: () => Promise<{ outcome: AttemptOutcome; value: T }>,
): Promise<T> {
  await beginAttempt(db, subjects);
  const { outcome, value } = await attempt();
  if (outcome !== "wrong") await takeBack(db, subjects, outcome === "right");
  return value;
}

/** Counts a failure for every subject. @throws AppError locked_out when one is locked; then none is counted */
async function beginAttempt(db: Database, subjects: Subject[]): Promise<void> {
  await db.system(async (tx) => {
    for (const { key, rule } of inOrder(subjects)) {
      // The lock is checked where the row is locked: of many attempts at once, none slips in between.
      const counted = await tx.client.query({
        name: "identity.count-attempt",
        text: `
          INSERT INTO kernel.failed_attempts AS f (subject, failures, last_at) VALUES ($1, 1, now())
          ON CONFLICT (subject) DO UPDATE SET
            last_at = now(),
            failures = CASE WHEN f.last_at < now() - make_interval(secs => $5) THEN 1 ELSE f.failures + 1 END,
            locked_until = CASE
              WHEN f.last_at < now() - make_interval(secs => $5) OR f.failures + 1 < $2 THEN NULL
              ELSE clock_timestamp() + make_interval(secs => least($4::float8, $3 * 2 ^ least(f.failures + 1 - $2, 30)))
            END
          WHERE f.locked_until IS NULL OR f.locked_until <= clock_timestamp()`,
        values: [key, rule.free, rule.firstLockSeconds, rule.longestLockSeconds, rule.forgetSeconds],
      });
      if (counted.rowCount === 0) throw new AppError("locked_out", { retryAfterSeconds: await waitOf(tx, subjects) });
    }
  });
}

async function waitOf(tx: Transaction, subjects: Subject[]): Promise<number> {
  const { rows } = await tx.client.query<{ wait: number | null }>(
    `SELECT ceil(extract(epoch FROM max(locked_until) - clock_timestamp()))::int AS wait
     FROM kernel.failed_attempts WHERE subject = ANY($1)`,
    [subjects.map(({ key }) => key)],
  );
  return Math.max(1, rows[0]?.wait ?? 1);
}

/** Always in the same order, or two attempts could wait for each other. */
function inOrder(subjects: Subject[]): Subject[] {
  return subjects.toSorted((one, other) => one.key.compare(other.key));
}

/**
 * Takes the count of an attempt back that did not fail. A right one also clears what counts under the account or the
 * device; the address keeps its other failures, or one good account would cover for guessing at many.
 */
async function takeBack(db: Database, subjects: Subject[], right: boolean): Promise<void> {
  await db.system(async (tx) => {
    for (const { key, rule } of inOrder(subjects)) {
      const clears = right && rule === pairRule;
      await tx.client.query({
        name: clears ? "identity.clear-attempts" : "identity.take-back-attempt",
        text: clears
          ? "DELETE FROM kernel.failed_attempts WHERE subject = $1"
          : `UPDATE kernel.failed_attempts SET failures = greatest(failures - 1, 0), locked_until = NULL
             WHERE subject = $1`,
        values: [key],
      });
    }
  });
}

/** Lifts the locks of an account, after its owner has proved the address by a link. */
export async function liftAccountLock(db: Database, email: string): Promise<void> {
  await db.pool.query("DELETE FROM kernel.failed_attempts WHERE subject = $1", [
    subject(accountRule, "account", email).key,
  ]);
}

function subject(rule: Rule, ...parts: string[]): Subject {
  return { key: createHash("sha256").update(JSON.stringify(parts)).digest(), rule };
}
