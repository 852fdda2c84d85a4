import "@fastify/cookie";
import { identityRoutes, linkPages } from "@mindmesh/contracts/identity";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { actorOf, audit, theServer } from "../audit/index.ts";
import type { Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { implement } from "../http/index.ts";
import { confirmEmail } from "./account/change-email.ts";
import { forgotPassword, resetPassword } from "./account/change-password.ts";
import {
  clearPassingCookie,
  clearSessionCookies,
  deviceCookie,
  pendingCookie,
  providerCookie,
  refreshCookie,
  setDeviceCookie,
  setPassingCookie,
  setSessionCookies,
} from "./cookies.ts";
import type { Identity } from "./dependencies.ts";
import type { Providers } from "./providers/configured-providers.ts";
import { beginProviderTrip, finishProviderTrip, finishSecondFactor, readTrip } from "./providers/provider-sign-in.ts";
import { providerTripSeconds } from "./providers/sealed-cookie.ts";
import { readMe } from "./read-me.ts";
import { readSetup } from "./read-setup.ts";
import { signDeviceCookie } from "./sign-in/device-cookie.ts";
import {
  type Device,
  type TokenPair,
  accessTokenSeconds,
  endSessions,
  refreshSession,
} from "./sign-in/session-tokens.ts";
import { signIn } from "./sign-in/sign-in.ts";
import { signUp } from "./sign-in/sign-up.ts";
import { acceptInvitation, readInvitation } from "./workspaces/accept-invitation.ts";

function deviceOf(request: FastifyRequest): Device {
  return { userAgent: request.headers["user-agent"] ?? "unknown", ip: request.ip, requestId: request.id };
}

/** Registers the ways in and out: set-up, sign-up, sign-in, other providers, links from e-mails. */
export function signInRoutesOn(app: FastifyInstance, identity: Identity, providers: Providers): void {
  const { db, keys, mails, realtime, publicUrl } = identity;
  const secure = publicUrl.startsWith("https:");

  async function welcome(reply: FastifyReply, personId: string, pair: TokenPair): Promise<void> {
    setSessionCookies(reply, pair, secure);
    setDeviceCookie(reply, await signDeviceCookie(keys.device, personId), secure);
  }

  implement(app, identityRoutes, {
    setupStatus: () => readSetup(db, providers, mails !== null),
    signUp: async ({ body, request, reply }) => {
      const { personId, ...pair } = await signUp(identity, body, deviceOf(request));
      await welcome(reply, personId, pair);
      return readMe(db, personId);
    },
    signIn: async ({ body, request, reply }) => {
      const { personId, ...pair } = await signIn(identity, body, deviceOf(request), request.cookies[deviceCookie]);
      await welcome(reply, personId, pair);
      return readMe(db, personId);
    },
    startProviderSignIn: async ({ params, query, request, reply }) => {
      try {
        const trip = { provider: params.provider, returnTo: query.returnTo, invitation: query.invitation };
        const { url, cookie } = await beginProviderTrip(identity, providers, trip);
        setPassingCookie(reply, providerCookie, cookie, { secure, seconds: providerTripSeconds });
        return await reply.redirect(url);
      } catch (error) {
        return explainOn(linkPages.signIn, request, reply, error);
      }
    },
    finishProviderSignIn: async ({ params, request, reply }) => {
      const trip = await readTrip(identity, params.provider, request.cookies[providerCookie]);
      clearPassingCookie(reply, providerCookie);
      // Without it the browser did not set out from here: somebody else's sign-in is being slipped in.
      if (trip === null) return reply.redirect(`${linkPages.signIn}?error=session_ended`);
      try {
        const at = request.url.indexOf("?");
        const query = at === -1 ? "" : request.url.slice(at);
        const arrival = await finishProviderTrip(identity, providers, trip, query, deviceOf(request));
        if (arrival.kind === "signed_in") await welcome(reply, arrival.personId, arrival.pair);
        if (arrival.kind !== "second_factor") return await reply.redirect(trip.returnTo);
        setPassingCookie(reply, pendingCookie, arrival.cookie, { secure, seconds: providerTripSeconds });
        return await reply.redirect(`${linkPages.secondFactor}?returnTo=${encodeURIComponent(trip.returnTo)}`);
      } catch (error) {
        return explainOn(trip.link ? trip.returnTo : linkPages.signIn, request, reply, error);
      }
    },
    finishSecondFactor: async ({ body, request, reply }) => {
      const pending = request.cookies[pendingCookie];
      const known = request.cookies[deviceCookie];
      const { personId, ...pair } = await finishSecondFactor(identity, pending, body.code, deviceOf(request), known);
      clearPassingCookie(reply, pendingCookie);
      await welcome(reply, personId, pair);
      return readMe(db, personId);
    },
    refresh: async ({ body, request, reply }) => {
      const token = body.refreshToken ?? request.cookies[refreshCookie];
      if (token === undefined) throw new AppError("session_ended");
      let stolenSession: string | undefined;
      try {
        const pair = await refreshSession(db, keys.access, token, deviceOf(request), async (tx, stolen) => {
          stolenSession = stolen.sessionId;
          await recordTheft(tx, request, stolen);
          await mails?.notice(tx, stolen.personId, "refresh_reused");
        });
        setSessionCookies(reply, pair, secure);
      } catch (error) {
        clearSessionCookies(reply);
        if (stolenSession !== undefined) realtime.disconnect({ sessionId: stolenSession });
        throw error;
      }
      return { expiresInSeconds: accessTokenSeconds };
    },
    signOut: async ({ caller, request, reply }) => {
      clearSessionCookies(reply);
      if (caller?.via.kind !== "session") return;
      const { sessionId } = caller.via;
      await db.system(async (tx) => {
        await endSessions(tx, [sessionId], "signed_out");
        await audit(tx, actorOf(request), {
          workspaceId: null,
          action: "session.ended",
          target: { kind: "session", id: sessionId },
        });
      });
      realtime.disconnect({ sessionId });
    },
    forgotPassword: ({ body }) => forgotPassword(identity, body.email),
    resetPassword: ({ body, request }) => resetPassword(identity, body, actorOf(request)),
    confirmEmail: ({ body, request }) => confirmEmail(identity, body.token, actorOf(request)),
    readInvitation: ({ body }) => readInvitation(identity, body.token),
    acceptInvitation: async ({ caller, body, request, reply }) => {
      const accepted = await acceptInvitation(identity, caller, body, deviceOf(request));
      if (accepted.pair) await welcome(reply, accepted.personId, accepted.pair);
      return { ...(await readMe(db, accepted.personId)), joinedWorkspaceId: accepted.workspaceId };
    },
    me: ({ caller }) => readMe(db, caller.personId, caller.via.kind === "session" ? undefined : caller.via.workspaceId),
  });
}

/** A person looks at this, not a program: on to a page that tells what went wrong. */
function explainOn(path: string, request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof AppError)) throw error;
  request.log.info({ code: error.code, err: error.cause }, "sign-in through a provider was refused");
  // The code alone: a page that shows text from its address would show anybody's text.
  return reply.redirect(`${path}${path.includes("?") ? "&" : "?"}error=${error.code}`);
}

async function recordTheft(
  tx: Transaction,
  request: FastifyRequest,
  stolen: { sessionId: string; personId: string },
): Promise<void> {
  const actor = { ...theServer, ip: request.ip, requestId: request.id };
  await audit(tx, actor, {
    workspaceId: null,
    action: "session.refresh_reused",
    target: { kind: "session", id: stolen.sessionId },
    details: { personId: stolen.personId },
  });
}
