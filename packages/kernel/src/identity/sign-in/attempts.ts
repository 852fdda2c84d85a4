import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";
import type { Database } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";

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
  const waitSeconds = await beginAttempt(db, subjects);
  if (waitSeconds > 0) throw new AppError("locked_out", { retryAfterSeconds: waitSeconds });
  const { outcome, value } = await attempt();
  if (outcome !== "wrong") await takeBack(db, subjects, outcome === "right");
  return value;
}

/** Counts a failure for every subject, unless one is locked: then the seconds to wait. */
async function beginAttempt(db: Database, subjects: Subject[]): Promise<number> {
  return db.system(async (tx) => {
    const keys = subjects.map(({ key }) => key);
    const { rows } = await tx.client.query<{ wait: number | null }>({
      name: "identity.locked",
      text: `SELECT ceil(extract(epoch FROM max(locked_until) - now()))::int AS wait
             FROM kernel.failed_attempts WHERE subject = ANY($1) AND locked_until > now()`,
      values: [keys],
    });
    const wait = rows[0]?.wait ?? 0;
    if (wait > 0) return wait;
    // Always in the same order, or two attempts could wait for each other.
    for (const { key, rule } of subjects.toSorted((one, other) => one.key.compare(other.key))) {
      await tx.client.query({
        name: "identity.count-attempt",
        text: `
          INSERT INTO kernel.failed_attempts AS f (subject, failures, last_at) VALUES ($1, 1, now())
          ON CONFLICT (subject) DO UPDATE SET
            last_at = now(),
            failures = CASE WHEN f.last_at < now() - make_interval(secs => $5) THEN 1 ELSE f.failures + 1 END,
            locked_until = CASE
              WHEN f.last_at < now() - make_interval(secs => $5) OR f.failures + 1 < $2 THEN NULL
              ELSE now() + make_interval(secs => least($4::float8, $3 * 2 ^ least(f.failures + 1 - $2, 30)))
            END`,
        values: [key, rule.free, rule.firstLockSeconds, rule.longestLockSeconds, rule.forgetSeconds],
      });
    }
    return 0;
  });
}

/**
 * Takes the count of an attempt back that did not fail. A right one also clears what counts under the account or the
 * device; the address keeps its other failures, or one good account would cover for guessing at many.
 */
async function takeBack(db: Database, subjects: Subject[], right: boolean): Promise<void> {
  await db.system(async (tx) => {
    for (const { key, rule } of subjects.toSorted((one, other) => one.key.compare(other.key))) {
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

/** The address, for IPv6 its /64 network: one household or machine usually has all of it. */
function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(ip)) return ip;
  const [head = "", tail] = ip.split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length;
  const full = [...groups, ...Array.from({ length: zeros }, () => "0"), ...rest];
  return full
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
