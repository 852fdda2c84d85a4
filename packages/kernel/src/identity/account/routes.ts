import "@fastify/cookie";
import { accountRoutes } from "@mindmesh/contracts/account";
import { eq } from "drizzle-orm";
import type { FastifyInstance } from "fastify";
import { actorOf } from "../../audit/index.ts";
import { AppError } from "../../errors/index.ts";
import { implement, requireDevice } from "../../http/index.ts";
import type { Jobs } from "../../jobs/index.ts";
import type { BlobStore } from "../../storage/index.ts";
import { clearSessionCookies, providerCookie, setPassingCookie } from "../cookies.ts";
import type { Identity } from "../dependencies.ts";
import { type Providers, findProvider } from "../providers/configured-providers.ts";
import { beginProviderTrip } from "../providers/provider-sign-in.ts";
import { providerTripSeconds } from "../providers/sealed-cookie.ts";
import { unlinkProvider } from "../providers/settle-profile.ts";
import { people } from "../schema.ts";
import { changeEmail } from "./change-email.ts";
import { changePassword } from "./change-password.ts";
import { confirmPerson } from "./confirm-person.ts";
import { deleteAccount, planDeletion } from "./delete-account.ts";
import { listDevices, revokeDevice, revokeOtherDevices } from "./devices.ts";
import { openExport, readExport, startExport } from "./export-account.ts";
import type { PersonData } from "../../person-data/index.ts";
import { readSecurity } from "./read-security.ts";
import {
  confirmSecondFactor,
  regenerateRecoveryCodes,
  removeSecondFactor,
  startSecondFactor,
} from "./second-factor.ts";

/** Registers the settings of one's own account. */
export function accountRoutesOn(
  app: FastifyInstance,
  identity: Identity,
  providers: Providers,
  data: { parts: PersonData[]; jobs: Pick<Jobs, "enqueue">; blobs: BlobStore },
): void {
  const { db, secrets, mails, publicUrl } = identity;
  const secure = publicUrl.startsWith("https:");

  implement(app, accountRoutes, {
    updateProfile: async ({ caller, body }) => {
      const [person] = await db.system((tx) =>
        tx.update(people).set({ name: body.name }).where(eq(people.id, caller.personId)).returning(),
      );
      if (!person) throw new AppError("not_signed_in");
      return person;
    },
    changeEmail: async ({ caller, body, request }) => ({
      outcome: await changeEmail(identity, caller, body, actorOf(request)),
    }),
    changePassword: ({ caller, body, request }) => changePassword(identity, caller, body, actorOf(request)),
    accountSecurity: ({ caller }) => db.system((tx) => readSecurity(tx, caller.personId, providers)),
    listSessions: async ({ caller }) => ({ items: await listDevices(identity, caller) }),
    revokeSession: async ({ caller, params, request, reply }) => {
      await revokeDevice(identity, caller, params.sessionId, actorOf(request));
      if (params.sessionId === requireDevice(caller).sessionId) clearSessionCookies(reply);
    },
    revokeOtherSessions: async ({ caller, request }) => ({
      revoked: await revokeOtherDevices(identity, caller, actorOf(request)),
    }),
    startSecondFactor: async ({ caller, body }) => {
      await confirmPerson(db, caller, body.password);
      return db.system((tx) => startSecondFactor(tx, secrets, caller));
    },
    confirmSecondFactor: async ({ caller, body, request }) => ({
      recoveryCodes: await db.system((tx) =>
        confirmSecondFactor(tx, secrets, caller.personId, body.code, actorOf(request)),
      ),
    }),
    regenerateRecoveryCodes: async ({ caller, body, request }) => {
      await confirmPerson(db, caller, body.password);
      return {
        recoveryCodes: await db.system((tx) => regenerateRecoveryCodes(tx, caller.personId, actorOf(request))),
      };
    },
    removeSecondFactor: async ({ caller, body, request }) => {
      await confirmPerson(db, caller, body.password);
      await db.system(async (tx) => {
        const wasOn = await removeSecondFactor(tx, caller.personId, actorOf(request));
        if (wasOn) await mails?.notice(tx, caller.personId, "second_factor_removed");
      });
    },
    linkProvider: async ({ caller, params, body, reply }) => {
      const { sessionId } = requireDevice(caller);
      findProvider(providers, params.provider);
      await confirmPerson(db, caller, body.password);
      const { url, cookie } = await beginProviderTrip(identity, providers, {
        provider: params.provider,
        returnTo: body.returnTo,
        link: { personId: caller.personId, sessionId },
      });
      setPassingCookie(reply, providerCookie, cookie, { secure, seconds: providerTripSeconds });
      return { url };
    },
    unlinkProvider: ({ caller, params, request }) =>
      db.system((tx) => unlinkProvider(tx, caller.personId, params.provider, actorOf(request))),
    startExport: async ({ caller, body, request }) => {
      await confirmPerson(db, caller, body.password);
      return startExport(db, data.jobs, caller.personId, actorOf(request));
    },
    readExport: async ({ caller }) => ({ export: await readExport(db, caller.personId) }),
    downloadExport: async ({ caller, params, reply }) => {
      const { content, sizeBytes } = await openExport(db, data.blobs, caller.personId, params.exportId);
      void reply.headers({
        "content-type": "application/json; charset=utf-8",
        "content-disposition": `attachment; filename="mindmesh-account-${params.exportId.slice(0, 8)}.json"`,
        "cache-control": "private, no-store",
        ...(sizeBytes !== null && { "content-length": sizeBytes }),
      });
      return content;
    },
    previewDeletion: ({ caller }) => db.system((tx) => planDeletion(tx, caller.personId)),
    deleteAccount: async ({ caller, body, request, reply }) => {
      await deleteAccount(identity, data.parts, caller, body, actorOf(request));
      clearSessionCookies(reply);
    },
  });
}
