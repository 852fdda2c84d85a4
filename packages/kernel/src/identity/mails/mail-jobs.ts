import { linkPages } from "@mindmesh/contracts/identity";
import { and, eq, gt, sql } from "drizzle-orm";
import { z } from "zod";
import type { Database, Transaction } from "../../db/index.ts";
import { type Job, type JobSpec, type Jobs, defineJob } from "../../jobs/index.ts";
import type { Mail } from "../../notify/index.ts";
import { invitations, linkTokens, people, workspaces } from "../schema.ts";
import { newOneTimeToken } from "../sign-in/one-time-token.ts";
import { type Notice, emailChangeMail, invitationMail, noticeMail, notices, passwordResetMail } from "./mail-texts.ts";

export const invitationDays = 7;
export const resetMinutes = 60;
const emailChangeHours = 24;

// A queue keeps what it is given for weeks, so payloads hold ids only: the secret of a link is made when the message
// is sent, and its hash stored.
const invitationJob = {
  name: "identity.invitation-mail",
  payload: z.object({ workspaceId: z.guid(), invitationId: z.guid() }),
} satisfies JobSpec;

const passwordResetJob = {
  name: "identity.password-reset-mail",
  // null: nobody has the address; the job is there so that both cases take the same time.
  payload: z.object({ personId: z.guid().nullable() }),
  queue: "high",
} satisfies JobSpec;

const emailChangeJob = {
  name: "identity.email-change-mail",
  payload: z.object({ personId: z.guid() }),
  queue: "high",
} satisfies JobSpec;

const noticeJob = {
  name: "identity.notice-mail",
  payload: z.object({ personId: z.guid(), notice: z.enum(Object.keys(notices) as [Notice, ...Notice[]]) }),
} satisfies JobSpec;

/** Puts messages into the queue within the caller's transaction. */
export interface Mails {
  invitation(tx: Transaction, invitation: { workspaceId: string; invitationId: string }): Promise<void>;
  passwordReset(tx: Transaction, personId: string | null): Promise<void>;
  /** To the address that waits for its confirmation. */
  emailChange(tx: Transaction, personId: string): Promise<void>;
  notice(tx: Transaction, personId: string, notice: Notice): Promise<void>;
}

export function queueMails(jobs: Pick<Jobs, "enqueue">): Mails {
  return {
    async invitation(tx, invitation) {
      await jobs.enqueue(tx, invitationJob, invitation, { workspaceId: invitation.workspaceId });
    },
    async passwordReset(tx, personId) {
      await jobs.enqueue(tx, passwordResetJob, { personId }, { workspaceId: null });
    },
    async emailChange(tx, personId) {
      await jobs.enqueue(tx, emailChangeJob, { personId }, { workspaceId: null, key: personId });
    },
    async notice(tx, personId, notice) {
      await jobs.enqueue(tx, noticeJob, { personId, notice }, { workspaceId: null });
    },
  };
}

interface Sending {
  db: Database;
  mail: Mail;
  publicUrl: string;
}

/** The jobs that send. Bear repetition: a second run makes a new link, and the one before stops working. */
export function mailJobs(sending: Sending): Job[] {
  return [
    defineJob({ ...invitationJob, handler: ({ payload }) => sendInvitation(sending, payload) }),
    defineJob({
      ...passwordResetJob,
      handler: async ({ payload, attempt }) => {
        if (payload.personId !== null) await sendPasswordReset(sending, payload.personId, attempt);
      },
    }),
    defineJob({ ...emailChangeJob, handler: ({ payload }) => sendEmailChange(sending, payload.personId) }),
    defineJob({ ...noticeJob, handler: ({ payload }) => sendNotice(sending, payload.personId, payload.notice) }),
  ];
}

async function sendInvitation(
  { db, mail, publicUrl }: Sending,
  place: { workspaceId: string; invitationId: string },
): Promise<void> {
  const { token, tokenHash } = newOneTimeToken();
  const invitation = await db.system(async (tx) => {
    const [row] = await tx
      .update(invitations)
      .set({ tokenHash })
      .where(
        and(
          eq(invitations.workspaceId, place.workspaceId),
          eq(invitations.id, place.invitationId),
          eq(invitations.mailed, true),
          gt(invitations.expiresAt, sql`now()`),
        ),
      )
      .returning({
        email: invitations.email,
        role: invitations.role,
        invitedBy: sql<string | null>`(SELECT name FROM kernel.people p WHERE p.id = ${invitations.invitedBy})`,
      });
    if (!row) return null;
    const [workspace] = await tx
      .select({ name: workspaces.name })
      .from(workspaces)
      .where(eq(workspaces.id, place.workspaceId));
    return { ...row, workspaceName: workspace?.name ?? "" };
  });
  // Revoked or accepted in the meantime.
  if (invitation === null) return;
  const link = linkTo(publicUrl, "invitation", token);
  await mail.send({ to: invitation.email, ...invitationMail({ ...invitation, link, days: invitationDays }) });
}

async function sendPasswordReset({ db, mail, publicUrl }: Sending, personId: string, attempt: number): Promise<void> {
  const prepared = await db.system(async (tx) => {
    const [person] = await tx.select().from(people).where(eq(people.id, personId)).for("update");
    if (!person || person.disabledAt !== null) return null;
    // Nobody's mailbox is to be filled by a stranger; a second attempt of the same message is none.
    const recent = await tx
      .select({ createdAt: linkTokens.createdAt })
      .from(linkTokens)
      .where(
        and(
          eq(linkTokens.personId, personId),
          eq(linkTokens.purpose, "password_reset"),
          gt(linkTokens.createdAt, sql`now() - interval '1 minute'`),
        ),
      );
    if (recent.length > 0 && attempt === 1) return null;
    return { person, token: await makeLinkToken(tx, "password_reset", personId, person.email) };
  });
  if (prepared === null) return;
  const { person, token } = prepared;
  const link = linkTo(publicUrl, "resetPassword", token);
  await mail.send({ to: person.email, ...passwordResetMail({ name: person.name, link, minutes: resetMinutes }) });
}

async function sendEmailChange({ db, mail, publicUrl }: Sending, personId: string): Promise<void> {
  const prepared = await db.system(async (tx) => {
    const [person] = await tx.select().from(people).where(eq(people.id, personId)).for("update");
    if (!person || person.pendingEmail === null) return null;
    const token = await makeLinkToken(tx, "email_change", personId, person.pendingEmail);
    return { to: person.pendingEmail, name: person.name, token };
  });
  if (prepared === null) return;
  const link = linkTo(publicUrl, "confirmEmail", prepared.token);
  await mail.send({ to: prepared.to, ...emailChangeMail({ name: prepared.name, link, hours: emailChangeHours }) });
}

async function sendNotice({ db, mail, publicUrl }: Sending, personId: string, notice: Notice): Promise<void> {
  const [person] = await db.system((tx) => tx.select().from(people).where(eq(people.id, personId)));
  if (person) await mail.send({ to: person.email, ...noticeMail(notice, { name: person.name, publicUrl }) });
}

/** Makes the token of a link; an earlier one for the same purpose stops working. */
export async function makeLinkToken(
  tx: Transaction,
  purpose: (typeof linkTokens.$inferSelect)["purpose"],
  personId: string,
  email: string | null,
): Promise<string> {
  const { token, tokenHash } = newOneTimeToken();
  const minutes = purpose === "password_reset" ? resetMinutes : emailChangeHours * 60;
  await tx.delete(linkTokens).where(and(eq(linkTokens.personId, personId), eq(linkTokens.purpose, purpose)));
  await tx.insert(linkTokens).values({
    tokenHash,
    purpose,
    personId,
    email,
    expiresAt: new Date(Date.now() + minutes * 60_000).toISOString(),
  });
  return token;
}

/** A link with its secret in the fragment, which browsers do not send: it reaches no log on the way. */
export function linkTo(publicUrl: string, page: keyof typeof linkPages, token: string): string {
  return `${publicUrl}${linkPages[page]}#${token}`;
}
